// handoff: helpers for Boost.Test suites of programs that use handoff. Link handoff::testing and Boost.Test.
//
//   BOOST_AUTO_TEST_CASE(a_killed_receiver_is_noticed) {
//       handoff::testing::UniqueName name("killed");
//       handoff::testing::Child receiver([&](handoff::testing::Checkpoints& checkpoints) {
//           handoff::Receiver receiver(name, {.payload_bytes = 64});
//           auto request = receiver.receive(5s);
//           BOOST_TEST(request.has_value());                       // fails the test of the parent
//           checkpoints.stop_at("taken");
//       });
//       handoff::Sender sender(name, {.payload_bytes = 64});
//       sender.send(sender.loan(5s).value()).value();
//       receiver.wait_for("taken");
//       receiver.kill();
//       handoff::Receiver next(name);
//       BOOST_TEST(next.receive(5s).value().deliveries() == 2);    // recovered and delivered again
//   }
//
// Every wait has a deadline, multiplied by the environment variable HANDOFF_TEST_TIMEOUT_SCALE (such as 5 under a
// sanitizer). A passed deadline throws DeadlinePassed; its message says what did not happen.
//
// Thread safety: none; one test thread uses these objects. Only Checkpoints may be used by several threads of a child.
// Fork: children are made by fork() without exec; make them while the test has only one thread.
// Death: the kernel kills children and programs when the thread that started them ends, so a killed test leaves no
//   process behind; the names it left are removed by the next UniqueName.
#pragma once

#include <handoff/export.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::testing {

/// The default deadline; scaled like every other deadline here.
inline constexpr std::chrono::seconds default_timeout{10};

/// `deadline` times HANDOFF_TEST_TIMEOUT_SCALE. Throws std::invalid_argument if that is not a positive number.
HANDOFF_EXPORT std::chrono::nanoseconds scaled(std::chrono::nanoseconds deadline);

/// A deadline passed; what() names it and what was seen instead.
class HANDOFF_EXPORT DeadlinePassed : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Polls, at short intervals first, until the predicate holds (true) or the deadline has passed (false).
HANDOFF_EXPORT bool eventually(const std::function<bool()>& predicate,
                               std::chrono::nanoseconds deadline = default_timeout);

/// A segment name that no other test uses. The destructor removes the segment, also when the test fails. The
/// constructor also removes what dead test processes left behind.
class HANDOFF_EXPORT UniqueName {
public:
    /// `label` appears in messages: letters, digits, '_' and '-'; anything else becomes '-'.
    explicit UniqueName(std::string_view label = "test");
    UniqueName(const UniqueName&) = delete;
    UniqueName& operator=(const UniqueName&) = delete;
    /// Does nothing in a child process.
    ~UniqueName();

    /// The name.
    const std::string& str() const noexcept { return name_; }
    /// The same where a handle takes a name.
    operator std::string_view() const noexcept { return name_; }
    /// Writes the name, for messages of checks.
    friend std::ostream& operator<<(std::ostream& out, const UniqueName& name) { return out << name.name_; }

    /// The existing files of this name. To check that nothing stays: BOOST_TEST(name.left_behind().empty()).
    std::vector<std::string> left_behind() const;

private:
    std::string name_;
    long owner_;
};

/// How a process ended.
struct Exit {
    int code = 0;    ///< of exit(), where signal is 0
    int signal = 0;  ///< that killed it; 0: none

    /// True for exit code 0.
    bool ok() const noexcept { return code == 0 && signal == 0; }
    /// "ended with exit code 3", "was killed by signal 9 (Killed)".
    HANDOFF_EXPORT std::string text() const;
    friend bool operator==(const Exit&, const Exit&) = default;
};

/// A failure of a child process: uncaught exceptions and failed checks with their texts, or the way it died.
class HANDOFF_EXPORT ChildFailed : public std::runtime_error {
public:
    /// Thrown by Child and Program.
    ChildFailed(const std::string& text, Exit exit) : std::runtime_error(text), exit_(exit) {}
    /// How it ended.
    Exit exit() const noexcept { return exit_; }

private:
    Exit exit_;
};

/// The named points that a child reports to its parent, or stops at. Only stop_at() blocks. Reports survive the child.
class HANDOFF_EXPORT Checkpoints {
public:
    class Line;
    /// Made by Child, which passes it to the function.
    explicit Checkpoints(Line& line) : line_(line) {}
    Checkpoints(const Checkpoints&) = delete;
    Checkpoints& operator=(const Checkpoints&) = delete;

    /// Notifies the parent that this point was reached, and goes on.
    void reach(std::string_view point);
    /// Notifies the parent, and blocks until it calls go_on(), or for ever.
    void stop_at(std::string_view point);
    /// Sends the parent a piece of text; one call is one element of Child::lines().
    void report(std::string_view line);

private:
    Line& line_;
};

/// A function running in a process of its own. Failures in it reach the parent: a failed BOOST_TEST, an uncaught
/// exception, a death by signal, an exit() half-way. The next wait for the child then throws ChildFailed with the text;
/// the destructor reports failures that no wait has thrown as errors of the running test case.
/// The child never runs the parent's atexit handlers, destructors or reports.
class HANDOFF_EXPORT Child {
public:
    using Function = std::function<void(Checkpoints&)>;

    /// Starts it, by fork(). Throws std::runtime_error if no process can be started.
    explicit Child(const Function& function);
    Child(Child&&) noexcept;
    Child& operator=(Child&&) noexcept;
    /// Kills the child if it still lives, and reaps it.
    ~Child();

    /// Process id; also after its end.
    int pid() const noexcept;
    /// True until the child has ended. A stopped child is running.
    bool is_running();

    /// Waits until the child has reached this point; the second call for a point waits for the second time. Throws
    /// DeadlinePassed, or ChildFailed if the child ends (or had ended) without reaching it.
    void wait_for(std::string_view point, std::chrono::nanoseconds deadline = default_timeout);
    /// The next line that the child reports (or reported). Throws like wait_for().
    std::string next_line(std::chrono::nanoseconds deadline = default_timeout);
    /// All lines reported so far, those taken by next_line() included.
    std::vector<std::string> lines();

    /// Resumes a child that is blocked in stop_at(). Throws std::logic_error if it has not arrived at one.
    void go_on();
    /// SIGSTOP; returns when the child really is stopped. Throws DeadlinePassed, or ChildFailed if it has ended.
    void stop(std::chrono::nanoseconds deadline = default_timeout);
    /// SIGCONT; returns when the child really runs again. Throws like stop().
    void resume(std::chrono::nanoseconds deadline = default_timeout);
    /// SIGKILL, wherever the child is, and reaps it. Returns how it ended, which may have been before the signal.
    /// Throws ChildFailed if the child had failed before it was killed.
    Exit kill();

    /// Waits until the child has ended. Throws DeadlinePassed (the child goes on), or ChildFailed unless the function
    /// returned and every check in it held, or kill() ended it.
    void wait(std::chrono::nanoseconds deadline = default_timeout);
    /// Waits until the child has ended in any way (true), or the deadline has passed (false): to show a hang.
    bool ends_within(std::chrono::nanoseconds deadline);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Runs the function in a child process and waits for its end. Throws like Child::wait().
HANDOFF_EXPORT void run_in_child(const Child::Function& function, std::chrono::nanoseconds deadline = default_timeout);

/// The options of a Program, beside its arguments.
struct ProgramOptions {
    std::vector<std::string> environment{};  ///< "NAME=value", added to the test's own; "NAME" removes one
    std::string working_directory{};         ///< empty: the test's own
    std::string input{};                     ///< its stdin
};

/// An executable running as a child process; its stdout and stderr are kept. Failure is not an exception here: check
/// the Exit that wait() returns.
class HANDOFF_EXPORT Program {
public:
    /// Starts `path` (with a '/', or searched for on PATH). Throws std::runtime_error if it cannot be started.
    explicit Program(const std::string& path, const std::vector<std::string>& arguments = {},
                     const ProgramOptions& options = {});
    Program(Program&&) noexcept;
    Program& operator=(Program&&) noexcept;
    /// Kills the program if it still lives, and reaps it.
    ~Program();

    /// Process id; also after its end.
    int pid() const noexcept;
    /// True until the program has ended. A stopped program is running.
    bool is_running();

    /// Everything written to stdout so far.
    std::string output() const;
    /// Everything written to stderr so far.
    std::string errors() const;
    /// Waits until stdout contains this text. Throws DeadlinePassed or, if the program ends without it, ChildFailed;
    /// both with what it wrote.
    void wait_for_output(std::string_view text, std::chrono::nanoseconds deadline = default_timeout);
    /// The same for stderr.
    void wait_for_errors(std::string_view text, std::chrono::nanoseconds deadline = default_timeout);

    /// Sends a signal, unless the program has ended.
    void signal(int number);
    /// SIGSTOP; returns when the program really is stopped. Throws DeadlinePassed, or ChildFailed if it has ended.
    void stop(std::chrono::nanoseconds deadline = default_timeout);
    /// SIGCONT; returns when the program really runs again. Throws like stop().
    void resume(std::chrono::nanoseconds deadline = default_timeout);
    /// SIGKILL, and reaps it. Returns how it ended, which may have been before the signal.
    Exit kill();

    /// Waits until the program has ended. Throws DeadlinePassed with what it wrote (it goes on).
    Exit wait(std::chrono::nanoseconds deadline = default_timeout);
    /// Waits until the program has ended (true) or the deadline has passed (false).
    bool ends_within(std::chrono::nanoseconds deadline);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace handoff::testing

/// Boost.Test checks of a state that is reached later: HANDOFF_CHECK_EVENTUALLY(sender.state().free == 8);
/// REQUIRE ends the test case, CHECK goes on. Both wait for handoff::testing::default_timeout.
#define HANDOFF_CHECK_EVENTUALLY(...) HANDOFF_EVENTUALLY_(BOOST_CHECK_MESSAGE, __VA_ARGS__)
#define HANDOFF_REQUIRE_EVENTUALLY(...) HANDOFF_EVENTUALLY_(BOOST_REQUIRE_MESSAGE, __VA_ARGS__)
#define HANDOFF_EVENTUALLY_(check, ...)                                                             \
    check(::handoff::testing::eventually([&]() -> bool { return static_cast<bool>(__VA_ARGS__); }), \
          "this did not become true in time: " #__VA_ARGS__)
