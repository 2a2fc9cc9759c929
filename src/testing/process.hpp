// handoff testing: a child process of the test, from fork to reaping.
#pragma once

#include <handoff/testing.hpp>

#include <optional>
#include <string>

namespace handoff::detail::testing {

using handoff::testing::Exit;

class Process {
public:
    /// fork(): returns 0 in the child, as always. Flushes buffered output, so that it is written once.
    static int fork();
    /// Child: the kernel kills it when the parent ends; signals are as in a fresh process.
    static void begin_child(int parent_pid);

    /// `name` begins every message about it, as in "child 812".
    Process(int pid, std::string name);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    /// Kills and reaps. Does nothing in a process that did not start it.
    ~Process();

    int pid() const noexcept { return pid_; }
    const std::string& name() const noexcept { return name_; }
    /// False in a forked copy of this object.
    bool is_ours() const noexcept;

    /// Checks the process; empty while it lives.
    const std::optional<Exit>& poll() noexcept;
    /// As of the last check.
    const std::optional<Exit>& exit() const noexcept { return exit_; }
    bool is_stopped() const noexcept { return stopped_; }
    bool was_killed_by_us() const noexcept;

    void signal(int number);
    void stop(std::chrono::nanoseconds deadline);
    void resume(std::chrono::nanoseconds deadline);
    Exit kill() noexcept;
    bool ends_within(std::chrono::nanoseconds deadline);

private:
    void note(int status) noexcept;
    void become(bool stopped, int signal, std::chrono::nanoseconds deadline);

    int pid_;
    int owner_;
    std::string name_;
    std::optional<Exit> exit_;
    bool stopped_ = false;
    bool kill_sent_ = false;
};

}  // namespace handoff::detail::testing
