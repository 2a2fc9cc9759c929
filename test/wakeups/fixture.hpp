// Waiting without the tick that hides missing notifications: a waiter here is woken by a notification or not at all.
#pragma once

#include <handoff/testing.hpp>
#include <handoff/wait.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "platform/asleep.hpp"
#include "platform/clock.hpp"
#include "sync/wait.hpp"

namespace handoff::test {

using namespace std::chrono_literals;
using testing::Checkpoints;
using testing::Child;

/// For one test case, in this process and the children it makes: the next tick is in an hour.
struct NoTick {
    static_assert(!std::is_const_v<decltype(detail::sync::tick_ns)>,
                  "only the library with crash points can do without");
    NoTick() { detail::sync::tick_ns = std::chrono::nanoseconds(1h).count(); }
};

/// A check for the dead is due for every process that joins, or makes a call, in `change`.
template <class Change>
void with_check_due(Change&& change) {
    const std::int64_t before = detail::sync::tick_ns.exchange(0);
    change();
    detail::sync::tick_ns = before;
}

/// Lets `wait(deadline)` fall asleep in a thread, then does `change`. The wait must return true, and before its
/// deadline: there it would check once more and find it without a wake-up.
template <class Wait, class Change>
void check_woken(Wait&& wait, Change&& change) {
    const Deadline deadline(testing::scaled(4s));
    std::atomic<bool> begun{false};
    bool got = false;
    std::int64_t end_ns = 0;
    std::exception_ptr failure;
    std::thread waiter([&] {
        begun = true;
        try {
            got = wait(deadline);
        } catch (...) {
            failure = std::current_exception();
        }
        end_ns = detail::platform::now_ns();
    });
    HANDOFF_CHECK_EVENTUALLY(begun && others_are_asleep());
    try {
        change();
    } catch (...) {
        failure = std::current_exception();
    }
    waiter.join();
    if (failure) std::rethrow_exception(failure);
    BOOST_TEST(got);
    BOOST_TEST(end_ns < deadline.at_ns(), "no wake-up: it slept until its deadline");
}

}  // namespace handoff::test
