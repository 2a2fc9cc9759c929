// A process that is stepped, instruction by instruction, through one operation, and dies wherever the test wants.
//
// Linux on x86-64 and others with PTRACE_SINGLESTEP. The tester has one thread. They die with their tester.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "prove/operation_log.hpp"

namespace handoff::prove {

/// What is stepped.
using Act = std::function<void()>;
/// Runs in the target at full speed: attaches, gets everything ready, and returns what is to be stepped.
using Prepare = std::function<Act()>;

/// Why this machine does not let us step a process, or nothing.
std::string why_no_stepping();

class SteppedProcess {
public:
    /// Forks; returns when the new process is ready and stopped. Throws std::runtime_error if preparing failed.
    SteppedProcess(const Prepare& prepare, OperationLog& log);
    SteppedProcess(const SteppedProcess&) = delete;
    /// Kills it.
    ~SteppedProcess();

    /// One instruction. False: the operation has returned (nothing was executed).
    bool step();
    /// True if the next instruction is a system call.
    bool is_before_system_call() const;
    /// True if the next instruction has a lock prefix, or exchanges with memory, which needs none. False where it cannot
    /// be told.
    bool is_before_locked_instruction() const;
    /// Runs to the next entry into or return from a system call. False: the operation has returned.
    bool run_to_system_call();
    /// SIGKILL; returns when the process is gone, with all its locks.
    void kill();
    /// Lets it go on at full speed until the operation has returned. False: it did not within ten seconds.
    bool finish();
    /// Lets it go on at full speed and returns at once.
    void let_go();
    /// After let_go(): waits until the operation has returned. False: it did not within ten seconds.
    bool wait_until_done();

    int pid() const noexcept { return pid_; }

private:
    bool wait_for_stop();

    OperationLog& log_;
    int pid_ = -1;
    bool traced_ = true;
};

}  // namespace handoff::prove
