#include <handoff/testing.hpp>

#include "testing/message_contains.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace program_test {

using namespace std::chrono_literals;
using handoff::testing::ChildFailed;
using handoff::testing::DeadlinePassed;
using handoff::testing::Exit;
using handoff::testing::Program;
using handoff::testing::ProgramOptions;

Program shell(const std::string& script, const ProgramOptions& options = {}) {
    return Program("/bin/sh", {"-c", script}, options);
}

}  // namespace program_test

BOOST_AUTO_TEST_SUITE(program_test)

BOOST_AUTO_TEST_CASE(a_program_that_cannot_be_started_is_refused_with_its_path) {
    BOOST_CHECK_EXCEPTION(Program("/no/such/program"), std::runtime_error,
                          message_contains("/no/such/program: No such file"));
    BOOST_CHECK_EXCEPTION(Program("no-such-program-anywhere"), std::runtime_error,
                          message_contains("no-such-program-anywhere"));
    BOOST_CHECK_EXCEPTION(Program("/etc/passwd"), std::runtime_error, message_contains("Permission denied"));
    BOOST_CHECK_EXCEPTION(shell("true", {.working_directory = "/no/such/place"}), std::runtime_error,
                          message_contains("in /no/such/place"));
}

BOOST_AUTO_TEST_CASE(exit_code_and_both_streams_are_kept) {
    auto program = shell("echo data; echo words >&2; exit 3");
    BOOST_TEST((program.wait() == Exit{3, 0}));
    BOOST_TEST(program.output() == "data\n");
    BOOST_TEST(program.errors() == "words\n");
    BOOST_TEST(!program.is_running());
    BOOST_TEST(program.wait().text() == "ended with exit code 3");
}

BOOST_AUTO_TEST_CASE(arguments_arrive_as_they_are) {
    Program program("printf", {"%s|", "two words", "", "$HOME", "'"});
    BOOST_TEST(program.wait().ok());
    BOOST_TEST(program.output() == "two words||$HOME|'|");
}

BOOST_AUTO_TEST_CASE(more_output_than_any_pipe_holds_does_not_block) {
    auto program = shell("head -c 5000000 /dev/zero; head -c 3000000 /dev/zero >&2");
    BOOST_TEST(program.wait().ok());
    BOOST_TEST(program.output().size() == 5000000u);
    BOOST_TEST(program.errors().size() == 3000000u);
}

BOOST_AUTO_TEST_CASE(input_environment_and_directory_are_given) {
    ::setenv("HANDOFF_PROGRAM_TEST", "inherited", 1);
    const std::string script = "cat; echo \"${HANDOFF_PROGRAM_TEST-none} $ADDED\"; pwd";
    auto changed = shell(
        script, {.environment = {"HANDOFF_PROGRAM_TEST", "ADDED=a=b"}, .working_directory = "/", .input = "asked\n"});
    BOOST_TEST(changed.wait().ok());
    BOOST_TEST(changed.output() == "asked\nnone a=b\n/\n");

    auto plain = shell(script);
    BOOST_TEST(plain.wait().ok());
    BOOST_TEST(plain.output() == "inherited \n" + std::filesystem::current_path().string() + "\n");
    ::unsetenv("HANDOFF_PROGRAM_TEST");
}

BOOST_AUTO_TEST_CASE(text_is_waited_for_while_the_program_runs) {
    auto program = shell("trap 'echo stopping >&2; exit 0' INT; echo ready; while :; do sleep 0.01; done");
    program.wait_for_output("ready");
    BOOST_TEST(program.is_running());
    BOOST_CHECK_EXCEPTION(program.wait_for_output("never", 30ms), DeadlinePassed,
                          message_contains("its stdout:\nready"));
    BOOST_CHECK_EXCEPTION(program.wait(30ms), DeadlinePassed, message_contains("its stdout:\nready"));
    program.signal(SIGINT);
    program.wait_for_errors("stopping");
    BOOST_TEST(program.wait().ok());
    program.signal(SIGINT);
}

BOOST_AUTO_TEST_CASE(text_that_never_came_from_a_finished_program_is_a_failure) {
    auto program = shell("echo other; exit 4");
    BOOST_CHECK_EXCEPTION(program.wait_for_output("ready", 60s), ChildFailed, [](const ChildFailed& failed) {
        return failed.exit().code == 4 && message_contains("other")(failed);
    });
}

BOOST_AUTO_TEST_CASE(a_program_is_stopped_resumed_and_killed) {
    auto program = shell("while :; do echo tick; sleep 0.01; done");
    program.wait_for_output("tick");
    program.stop();
    const auto size = program.output().size();
    BOOST_TEST(!program.ends_within(30ms));
    BOOST_TEST(program.output().size() == size);
    program.resume();
    HANDOFF_CHECK_EVENTUALLY(program.output().size() > size);
    BOOST_TEST((program.kill() == Exit{0, SIGKILL}));
    BOOST_TEST(program.wait().text() == "was killed by signal 9 (Killed)");
}

BOOST_AUTO_TEST_CASE(a_forgotten_program_is_killed_and_reaped) {
    int pid = 0;
    {
        auto program = shell("trap '' INT TERM; echo ready; while :; do sleep 0.01; done");
        program.wait_for_output("ready");
        pid = program.pid();
    }
    BOOST_TEST(::kill(pid, 0) == -1);
    BOOST_TEST(errno == ESRCH);
}

BOOST_AUTO_TEST_CASE(a_program_starts_with_signals_as_usual) {
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    const auto old_handler = ::signal(SIGUSR1, SIG_IGN);
    Program program("sleep", {"1000"});  // a shell would clean up by itself
    ::signal(SIGUSR1, old_handler);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    program.signal(SIGUSR1);
    BOOST_TEST(program.wait().signal == SIGUSR1);
}

BOOST_AUTO_TEST_SUITE_END()
