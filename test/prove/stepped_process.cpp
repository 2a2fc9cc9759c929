#include "prove/stepped_process.hpp"

#include <handoff/testing.hpp>

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>

namespace handoff::prove {
namespace {

[[noreturn]] void live(const Prepare& prepare, OperationLog& log) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
        const Act act = prepare();
        if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(3);
        raise(SIGSTOP);
        act();
        log.done.store(1);
        for (;;) pause();  // what it holds, it holds until it is killed
    } catch (const std::exception& error) {
        std::fprintf(stderr, "a stepped process failed: %s\n", error.what());
    }
    _exit(4);
}

}  // namespace

std::string why_no_stepping() {
#if defined(__x86_64__)
    const pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
        raise(SIGSTOP);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) return "this machine forbids ptrace";
    const bool stepped = ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) == 0;
    if (stepped) waitpid(child, &status, 0);
    ::kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return stepped ? "" : "this machine has no PTRACE_SINGLESTEP";
#else
    return "stepping instructions is written for x86-64";
#endif
}

SteppedProcess::SteppedProcess(const Prepare& prepare, OperationLog& log) : log_(log) {
    log.done.store(0);
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) live(prepare, log);
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_ || !WIFSTOPPED(status)) {
        pid_ = -1;
        throw std::runtime_error("a stepped process ended while it got ready");
    }
    ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
}

SteppedProcess::~SteppedProcess() {
    kill();
}

bool SteppedProcess::wait_for_stop() {
    int status = 0;
    if (waitpid(pid_, &status, 0) == pid_ && WIFSTOPPED(status)) return true;
    pid_ = -1;
    throw std::runtime_error(std::string("a stepped process ended in the middle of its operation") +
                             (WIFSIGNALED(status) ? std::string(": ") + strsignal(WTERMSIG(status)) : ""));
}

bool SteppedProcess::step() {
    if (log_.done.load() != 0) return false;
    if (ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) throw std::runtime_error("cannot step the process");
    return wait_for_stop();
}

bool SteppedProcess::is_before_system_call() const {
#if defined(__x86_64__)
    const long at = ptrace(PTRACE_PEEKUSER, pid_, offsetof(user_regs_struct, rip), nullptr);
    const long code = ptrace(PTRACE_PEEKTEXT, pid_, at, nullptr);
    return (code & 0xffff) == 0x050f;
#else
    return true;
#endif
}

bool SteppedProcess::is_before_locked_instruction() const {
#if defined(__x86_64__)
    const long at = ptrace(PTRACE_PEEKUSER, pid_, offsetof(user_regs_struct, rip), nullptr);
    long code = ptrace(PTRACE_PEEKTEXT, pid_, at, nullptr);
    if ((code & 0xff) == 0xf0) return true;
    if ((code & 0xff) == 0x66) code >>= 8;                      // of 16 bits
    if ((code & 0xf0) == 0x40) code >>= 8;                      // of 64 bits
    return (code & 0xfe) == 0x86 && (code & 0xc000) != 0xc000;  // xchg, not of two registers
#else
    return false;
#endif
}

bool SteppedProcess::run_to_system_call() {
    if (log_.done.load() != 0) return false;
    if (ptrace(PTRACE_SYSCALL, pid_, nullptr, nullptr) != 0) throw std::runtime_error("cannot run the process");
    wait_for_stop();
    return log_.done.load() == 0;
}

void SteppedProcess::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) == pid_ && WIFSTOPPED(status)) {
    }
    pid_ = -1;
}

void SteppedProcess::let_go() {
    if (!traced_) return;
    ptrace(PTRACE_DETACH, pid_, nullptr, nullptr);
    traced_ = false;
}

bool SteppedProcess::wait_until_done() {
    return testing::eventually([this] { return log_.done.load() != 0; });
}

bool SteppedProcess::finish() {
    let_go();
    return wait_until_done();
}

}  // namespace handoff::prove
