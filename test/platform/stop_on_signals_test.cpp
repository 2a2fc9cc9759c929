// SIGINT and SIGTERM as a std::stop_token.
#include <handoff/testing.hpp>
#include <handoff/wait.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

namespace stop_on_signals_test {

using handoff::stop_on_signals;
using handoff::testing::Checkpoints;
using handoff::testing::run_in_child;

/// Runs `body` in a process that no test looks into, and returns what ended it: a signal, or 0.
template <class Body>
int signal_that_ends(Body&& body) {
    const pid_t child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) != child) {
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void wait_until_stopped(const std::stop_token& token) {
    while (!token.stop_requested()) std::this_thread::yield();
}

}  // namespace stop_on_signals_test

BOOST_AUTO_TEST_SUITE(stop_on_signals_test)

BOOST_AUTO_TEST_CASE(the_first_signal_stops_the_token) {
    for (const int signal : {SIGINT, SIGTERM})
        run_in_child([&](Checkpoints&) {
            const auto token = stop_on_signals();
            BOOST_TEST(!token.stop_requested());
            std::raise(signal);
            HANDOFF_CHECK_EVENTUALLY(token.stop_requested());
            BOOST_TEST(stop_on_signals().stop_requested());
        });
}

BOOST_AUTO_TEST_CASE(callbacks_run_in_a_thread_and_may_do_what_they_like) {
    run_in_child([](Checkpoints&) {
        const auto token = stop_on_signals();
        std::atomic<bool> called{false};
        const auto me = std::this_thread::get_id();
        const std::stop_callback callback(token, [&] {
            const std::string allocated(1000, 'x');
            called = std::this_thread::get_id() != me && allocated.size() == 1000;
        });
        std::raise(SIGINT);
        HANDOFF_CHECK_EVENTUALLY(called);
    });
}

BOOST_AUTO_TEST_CASE(the_second_signal_ends_the_process) {
    const int signal = signal_that_ends([] {
        const auto token = stop_on_signals();
        std::raise(SIGINT);
        wait_until_stopped(token);
        std::raise(SIGTERM);
    });
    BOOST_TEST(signal == SIGTERM);
}

BOOST_AUTO_TEST_CASE(other_signals_are_caught_if_they_are_named) {
    BOOST_TEST(signal_that_ends([] {
                   (void)stop_on_signals();
                   std::raise(SIGHUP);
               }) == SIGHUP);
    BOOST_TEST(signal_that_ends([] {
                   const auto token = stop_on_signals({SIGHUP});
                   std::raise(SIGHUP);
                   wait_until_stopped(token);
               }) == 0);
}

BOOST_AUTO_TEST_CASE(an_ignored_signal_stays_ignored) {
    run_in_child([](Checkpoints&) {
        std::signal(SIGINT, SIG_IGN);
        const auto token = stop_on_signals();
        BOOST_TEST((std::signal(SIGINT, SIG_IGN) == SIG_IGN));
        std::raise(SIGTERM);
        HANDOFF_CHECK_EVENTUALLY(token.stop_requested());
    });
}

#ifndef __SANITIZE_THREAD__  // it delivers no signal to the handlers of a child that a process with threads forked
BOOST_AUTO_TEST_CASE(a_child_of_fork_is_ended_and_its_parent_goes_on) {
    run_in_child([](Checkpoints&) {
        const auto token = stop_on_signals();
        const int signal = signal_that_ends([] {
            alarm(20);  // ends it otherwise
            std::raise(SIGTERM);
            while (true) pause();
        });
        BOOST_TEST(signal == SIGTERM);
        BOOST_TEST(!token.stop_requested());
        std::raise(SIGTERM);
        HANDOFF_CHECK_EVENTUALLY(token.stop_requested());
    });
}

#ifndef __SANITIZE_ADDRESS__  // a thread that ends while its process forks leaves its allocator locked in the child
BOOST_AUTO_TEST_CASE(a_child_of_fork_that_asks_has_a_token_of_its_own) {
    run_in_child([](Checkpoints&) {
        const auto token = stop_on_signals();
        std::raise(SIGTERM);
        HANDOFF_CHECK_EVENTUALLY(token.stop_requested());
        const int signal = signal_that_ends([] {
            alarm(20);  // ends it otherwise
            const auto own = stop_on_signals();
            if (own.stop_requested()) std::abort();
            std::raise(SIGTERM);
            wait_until_stopped(own);
        });
        BOOST_TEST(signal == 0);
    });
}
#endif
#endif

BOOST_AUTO_TEST_SUITE_END()
