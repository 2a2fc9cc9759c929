#include "sync/wait.hpp"

#include <handoff/testing.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ostream>
#include <thread>

#include <unistd.h>

#include "platform/asleep.hpp"
#include "platform/shared_anonymous.hpp"
#include "sync/shared_word.hpp"

namespace handoff {
static std::ostream& operator<<(std::ostream& out, WaitPolicy policy) {
    constexpr const char* names[] = {"busy", "balanced", "sleep"};
    return out << names[static_cast<int>(policy)];
}
}  // namespace handoff

namespace wait_test {

using handoff::Deadline;
using handoff::WaitPolicy;
using handoff::detail::platform::now_ns;
using handoff::detail::sync::FutexCondition;
using handoff::detail::sync::tick_ns;
using handoff::detail::sync::wait_until;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using namespace std::chrono_literals;

constexpr WaitPolicy policies[] = {WaitPolicy::busy, WaitPolicy::balanced, WaitPolicy::sleep};
const auto no_tick = [] {};

}  // namespace wait_test

BOOST_AUTO_TEST_SUITE(wait_test)

struct Room {
    FutexCondition condition;
    handoff::detail::sync::SharedWord number;
};

BOOST_DATA_TEST_CASE(a_deadline_that_passes_is_told_and_not_early, policies, policy) {
    FutexCondition condition;
    for (const auto length : {1ms, 30ms}) {
        const Deadline deadline(length);
        BOOST_TEST(!wait_until(
            condition, policy, deadline, [] { return false; }, no_tick));
        BOOST_TEST(now_ns() >= deadline.at_ns());
    }
}

BOOST_DATA_TEST_CASE(a_deadline_that_is_over_looks_and_does_not_tick, policies, policy) {
    FutexCondition condition;
    int looks = 0;
    int ticks = 0;
    BOOST_TEST(!wait_until(
        condition, policy, Deadline::now(), [&] { return ++looks > 2; }, [&] { ++ticks; }));
    BOOST_TEST(looks == 2);  // a fast_check, and in full
    BOOST_TEST(ticks == 0);
}

BOOST_DATA_TEST_CASE(what_is_true_already_is_taken_even_if_the_deadline_is_over, policies, policy) {
    FutexCondition condition;
    BOOST_TEST(wait_until(
        condition, policy, Deadline::now(), [] { return true; }, no_tick));
    BOOST_TEST(wait_until(
        condition, policy, Deadline::never(), [] { return true; }, no_tick));
}

BOOST_DATA_TEST_CASE(after_it_was_true_nobody_looks_again, policies, policy) {
    for (int needed = 1; needed < 400; needed = needed * 3 + 1) {  // true at once, while spinning, after ticks
        FutexCondition condition;
        int looks = 0;
        int ticks = 0;
        // Looks beyond those of one tick are made by shortening the wait: on_tick() lets the next look succeed.
        BOOST_TEST(wait_until(
            condition, policy, Deadline(20s), [&] { return ++looks >= needed || ticks > 0; }, [&] { ++ticks; }));
        const int looks_at_the_end = looks;
        BOOST_TEST((looks_at_the_end == needed || ticks == 1));
        BOOST_TEST(ticks <= 1);
    }
}

BOOST_DATA_TEST_CASE(a_tick_comes_every_100_ms_and_what_it_changes_is_seen, policies, policy) {
    FutexCondition condition;
    int ticks = 0;
    const std::int64_t start = now_ns();
    BOOST_TEST(wait_until(
        condition, policy, Deadline(handoff::testing::default_timeout), [&] { return ticks == 3; }, [&] { ++ticks; }));
    const std::int64_t elapsed = now_ns() - start;
    BOOST_TEST(ticks == 3);
    BOOST_TEST(elapsed >= 3 * tick_ns);
    BOOST_TEST(elapsed < handoff::testing::scaled(10 * std::chrono::nanoseconds(tick_ns)).count());
}

BOOST_DATA_TEST_CASE(the_change_of_a_thread_ends_the_wait, policies, policy) {
    Room room;
    std::atomic<bool> looked{false};
    std::jthread other([&] {
        while (!looked) std::this_thread::yield();
        room.number.store(1);
        room.condition.notify_all();
    });
    const auto is_one = [&] {
        looked = true;
        return room.number.load() == 1;
    };
    BOOST_TEST(wait_until(room.condition, policy, Deadline(handoff::testing::default_timeout), is_one, no_tick));
}

BOOST_DATA_TEST_CASE(the_change_of_a_process_ends_the_wait_before_the_tick, policies, policy) {
    handoff::test::SharedAnonymous<Room> room;
    int without_tick = 0;
    for (std::uint64_t round = 1; round <= 5; ++round) {  // the machine may be busy: not every one has to be that fast
        Child other([&, waiter = getpid()](Checkpoints&) {
            if (policy != WaitPolicy::busy) HANDOFF_REQUIRE_EVENTUALLY(handoff::test::is_asleep(waiter));
            room->number.store(round);
            room->condition.notify_all();
        });
        int ticks = 0;
        BOOST_TEST(wait_until(
            room->condition, policy, Deadline(handoff::testing::default_timeout),
            [&] { return room->number.load() == round; }, [&] { ++ticks; }));
        if (ticks == 0) ++without_tick;
        other.wait();
    }
    BOOST_TEST(without_tick >= 1);
}

BOOST_DATA_TEST_CASE(a_notifier_killed_between_its_change_and_its_call_is_noticed_at_the_tick, policies, policy) {
    handoff::test::SharedAnonymous<Room> room;
    Child notifier([&, waiter = getpid()](Checkpoints&) {
        if (policy != WaitPolicy::busy) HANDOFF_REQUIRE_EVENTUALLY(handoff::test::is_asleep(waiter));
        room->number.store(1);
        raise(SIGKILL);
    });
    const Deadline deadline(handoff::testing::scaled(handoff::testing::default_timeout));
    BOOST_TEST(wait_until(
        room->condition, policy, deadline, [&] { return room->number.load() == 1; }, no_tick));
    BOOST_TEST(now_ns() < deadline.at_ns());
    BOOST_TEST(notifier.ends_within(handoff::testing::default_timeout));
    BOOST_CHECK_THROW(notifier.wait(), handoff::testing::ChildFailed);
}

BOOST_AUTO_TEST_CASE(only_busy_spins_without_end_and_sleep_never_spins) {
    using handoff::detail::sync::SpinBudget;
    BOOST_TEST(SpinBudget(WaitPolicy::busy).now_ns() == INT64_MAX);
    BOOST_TEST(SpinBudget(WaitPolicy::balanced).now_ns() < 1'000'000);
    BOOST_TEST((SpinBudget(WaitPolicy::balanced).now_ns() > 0) == (handoff::detail::platform::cores() > 1));
    BOOST_TEST(SpinBudget(WaitPolicy::sleep).now_ns() == 0);
}

BOOST_AUTO_TEST_CASE(spins_in_vain_become_short_and_one_that_pays_off_makes_them_long_again) {
    handoff::detail::sync::SpinBudget budget(WaitPolicy::balanced);
    const std::int64_t longest_ns = budget.now_ns();
    if (handoff::detail::platform::cores() == 1) return;  // it never spins there
    for (int wait = 0; wait < 20; ++wait) BOOST_TEST(!budget.learn(false));
    int long_ones = 0;
    for (int wait = 0; wait < 160; ++wait) long_ones += budget.now_ns() == longest_ns ? 1 : 0;
    BOOST_TEST(long_ones == 10);  // to see whether times have changed
    BOOST_TEST(std::min(budget.now_ns(), budget.now_ns()) < longest_ns / 100);
    BOOST_TEST(budget.learn(true));
    BOOST_TEST(budget.now_ns() == longest_ns);
}

BOOST_AUTO_TEST_CASE(what_a_fast_check_misses_is_found_by_the_looks_between) {
    const std::int64_t deadline = now_ns() + 1'000'000'000;
    BOOST_TEST(handoff::detail::sync::spin_until(
        deadline, handoff::detail::sync::PollRate::calm, handoff::detail::sync::Core::shared, [] { return true; },
        [] { return false; }));
    BOOST_TEST(now_ns() < deadline);
}

BOOST_AUTO_TEST_CASE(at_a_calm_pace_a_budget_of_less_than_a_look_is_over_after_one) {
    for (int round = 0; round < 100; ++round) {
        int looks = 0;
        handoff::detail::sync::spin_until(
            now_ns() + 300, handoff::detail::sync::PollRate::calm, handoff::detail::sync::Core::shared,
            [] { return false; },
            [&] {
                ++looks;
                return false;
            });
        BOOST_TEST_REQUIRE(looks == 1);
    }
}

BOOST_AUTO_TEST_CASE(spinning_ends_at_its_deadline_and_looks_a_last_time) {
    const std::int64_t deadline = now_ns() + 1'000'000;
    BOOST_TEST(!handoff::detail::sync::spin_until(deadline, [] { return false; }));
    BOOST_TEST(now_ns() >= deadline);
    BOOST_TEST(handoff::detail::sync::spin_until(deadline, [&] { return now_ns() > deadline; }));
}

BOOST_AUTO_TEST_SUITE_END()
