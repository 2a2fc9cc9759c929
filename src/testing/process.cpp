#include "testing/process.hpp"

#include "testing/descriptor.hpp"
#include "testing/timer.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <utility>

namespace handoff {

static constexpr testing::Exit reaped_elsewhere{-1, 0};

std::string testing::Exit::text() const {
    if (*this == reaped_elsewhere) return "was reaped elsewhere, so how it ended is not known";
    if (signal == 0) return "ended with exit code " + std::to_string(code);
    return "was killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

namespace detail::testing {

using handoff::testing::ChildFailed;
using handoff::testing::DeadlinePassed;

int Process::fork() {
    std::cout.flush();
    std::fflush(nullptr);
    return checked(::fork(), "fork");
}

void Process::begin_child(int parent_pid) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent_pid) ::_exit(1);  // it died before the line above
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

Process::Process(int pid, std::string name) : pid_(pid), owner_(::getpid()), name_(std::move(name)) {}

Process::~Process() {
    if (is_ours()) kill();
}

bool Process::is_ours() const noexcept {
    return owner_ == ::getpid();
}

bool Process::was_killed_by_us() const noexcept {
    return kill_sent_ && exit_ && exit_->signal == SIGKILL;
}

void Process::note(int status) noexcept {
    if (WIFSTOPPED(status)) stopped_ = true;
    if (WIFCONTINUED(status)) stopped_ = false;
    if (WIFEXITED(status)) exit_ = Exit{WEXITSTATUS(status), 0};
    if (WIFSIGNALED(status)) exit_ = Exit{0, WTERMSIG(status)};
}

const std::optional<Exit>& Process::poll() noexcept {
    int status = 0;
    while (!exit_) {
        const pid_t answer = ::waitpid(pid_, &status, WNOHANG | WUNTRACED | WCONTINUED);
        if (answer == 0) break;
        if (answer == pid_) note(status);
        if (answer == -1 && errno != EINTR) exit_ = reaped_elsewhere;
    }
    return exit_;
}

void Process::signal(int number) {
    if (!poll()) checked(::kill(pid_, number), "kill");
}

void Process::become(bool stopped, int number, std::chrono::nanoseconds deadline) {
    Timer timer(deadline);
    const bool was_running = !poll();
    signal(number);
    while (!poll() && stopped_ != stopped) {
        if (timer.passed())
            throw DeadlinePassed(name_ + " did not " + (stopped ? "stop" : "go on") + " within " + timer.text());
        timer.pause();
    }
    const bool went_on_to_its_end = was_running && !stopped;
    if (exit_ && !went_on_to_its_end)
        throw ChildFailed(name_ + " could not be " + (stopped ? "stopped" : "resumed") + ": it " + exit_->text(),
                          *exit_);
}

void Process::stop(std::chrono::nanoseconds deadline) {
    become(true, SIGSTOP, deadline);
}

void Process::resume(std::chrono::nanoseconds deadline) {
    become(false, SIGCONT, deadline);
}

Exit Process::kill() noexcept {
    if (!poll()) {
        kill_sent_ = true;
        ::kill(pid_, SIGKILL);
    }
    while (!exit_) {
        int status = 0;
        if (::waitpid(pid_, &status, 0) == pid_)
            note(status);
        else if (errno != EINTR)
            exit_ = reaped_elsewhere;
    }
    return *exit_;
}

bool Process::ends_within(std::chrono::nanoseconds deadline) {
    return handoff::testing::eventually([this] { return poll().has_value(); }, deadline);
}

}  // namespace detail::testing
}  // namespace handoff
