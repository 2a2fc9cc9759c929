// Waiting without the tick that heals forgotten bells: whoever sleeps here is woken by a bell or not at all.
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
using testing::Child;
using testing::Stage;

/// For one test case, in this process and the children it makes: the next tick is in an hour.
struct Tickless {
    static_assert(!std::is_const_v<decltype(detail::sync::tick_ns)>,
                  "only the library with crash points can do without");
    Tickless() { detail::sync::tick_ns = std::chrono::nanoseconds(1h).count(); }
};

/// A look after the dead is due for whoever comes, or calls, in `change`.
template <class Change>
void with_look_due(Change&& change) {
    const std::int64_t before = detail::sync::tick_ns.exchange(0);
    change();
    detail::sync::tick_ns = before;
}

/// Lets `wait(deadline)` fall asleep in a thread, then does `change`. The wait must say true, and before its deadline:
/// there it would look once more and find what nobody told it.
template <class Wait, class Change>
void check_rung(Wait&& wait, Change&& change) {
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
    BOOST_TEST(end_ns < deadline.at_ns(), "nobody rang: it slept until its deadline");
}

}  // namespace handoff::test
