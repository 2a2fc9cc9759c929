// One suite for every condition: the guarantees for a sleeper.
#include <handoff/testing.hpp>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "platform/asleep.hpp"
#include "platform/clock.hpp"
#include "platform/shared_anonymous.hpp"
#include "sync/boost_condition.hpp"
#include "sync/futex_condition.hpp"
#include "sync/shared_word.hpp"

namespace condition_test {

using handoff::detail::platform::now_ns;
using handoff::detail::sync::BoostCondition;
using handoff::detail::sync::FutexCondition;
using handoff::test::SharedAnonymous;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

constexpr std::int64_t ms = 1'000'000;

using Conditions = boost::mpl::list<FutexCondition, BoostCondition>;

/// A number that is waited for.
template <class Condition>
struct Room {
    Condition condition;
    handoff::detail::sync::SharedWord number;

    void set(std::uint64_t value) {
        number.store(value);
        condition.notify_all();
    }
    /// False if it took until the deadline: the wake-up was lost, even if the number is right by then.
    bool wait_for(std::uint64_t value) {
        const std::int64_t deadline = now_ns() + handoff::testing::scaled(handoff::testing::default_timeout).count();
        return condition.wait_until(deadline, [&] { return number.load() >= value; }) && now_ns() < deadline;
    }
};

/// Two sides hand a number to and fro: one waits for the odd ones, the other for the even ones.
template <class Condition>
bool play(Room<Condition>& room, std::uint64_t first, std::uint64_t rounds) {
    for (std::uint64_t round = 0; round < rounds; ++round) {
        if (!room.wait_for(first + 2 * round)) return false;
        room.set(first + 2 * round + 1);
    }
    return true;
}

constexpr std::uint64_t rounds = 20'000;

}  // namespace condition_test

BOOST_AUTO_TEST_SUITE(condition_test)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_deadline_that_passes_is_told_and_not_early, Condition, Conditions) {
    constexpr std::int64_t clocks_differ_by = ms;  // Boost waits on the wall clock
    Condition condition;
    for (const std::int64_t length : {5 * ms, 50 * ms}) {
        const std::int64_t deadline = now_ns() + length;
        BOOST_TEST(!condition.wait_until(deadline, [] { return false; }));
        BOOST_TEST(now_ns() >= deadline - clocks_differ_by);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_deadline_in_the_past_looks_once_more_and_does_not_sleep, Condition, Conditions) {
    Condition condition;
    int looks = 0;
    BOOST_TEST(!condition.wait_until(0, [&] { return ++looks > 100; }));
    BOOST_TEST(looks >= 1);
    BOOST_TEST(condition.wait_until(0, [] { return true; }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_true_already_is_not_waited_for, Condition, Conditions) {
    handoff::testing::run_in_child([](Checkpoints&) {
        Condition condition;
        int looks = 0;
        BOOST_TEST(condition.wait_until(now_ns() + 3600'000 * ms, [&] { return ++looks > 0; }));
        BOOST_TEST(looks == 1);
    });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_came_true_by_the_deadline_counts_even_without_a_notification, Condition,
                              Conditions) {
    Condition condition;
    int looks = 0;
    BOOST_TEST(condition.wait_until(now_ns() + 5 * ms, [&] { return ++looks > 1; }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_sleeper_in_another_process_is_woken, Condition, Conditions) {
    SharedAnonymous<Room<Condition>> room;
    Child sleeper([&](Checkpoints& checkpoints) {
        checkpoints.reach("waiting");
        BOOST_TEST(room->wait_for(1));
    });
    sleeper.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(handoff::test::is_asleep(sleeper.pid()));
    room->set(1);
    sleeper.wait();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_notification_for_another_reason_does_not_end_the_wait, Condition, Conditions) {
    SharedAnonymous<Room<Condition>> room;
    Child sleeper([&](Checkpoints& checkpoints) {
        checkpoints.reach("waiting");
        BOOST_TEST(room->wait_for(5));
        BOOST_TEST(room->number.load() == 5u);
    });
    sleeper.wait_for("waiting");
    for (std::uint64_t value = 1; value <= 5; ++value) {
        HANDOFF_REQUIRE_EVENTUALLY(handoff::test::is_asleep(sleeper.pid()));
        room->set(value);
    }
    sleeper.wait();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_sleeping_thread_is_woken, Condition, Conditions) {
    Room<Condition> room;
    std::atomic<int> waiting{0};
    std::atomic<int> woken{0};
    std::vector<std::jthread> sleepers;
    for (int i = 0; i < 8; ++i)
        sleepers.emplace_back([&] {
            ++waiting;
            if (room.wait_for(1)) ++woken;
        });
    HANDOFF_REQUIRE_EVENTUALLY(waiting == 8);
    room.set(1);
    sleepers.clear();
    BOOST_TEST(woken == 8);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_sleeping_process_is_woken, Condition, Conditions) {
    SharedAnonymous<Room<Condition>> room;
    std::vector<Child> sleepers;
    for (int i = 0; i < 6; ++i)
        sleepers.emplace_back([&](Checkpoints& checkpoints) {
            checkpoints.reach("waiting");
            BOOST_TEST(room->wait_for(1));
        });
    for (auto& sleeper : sleepers) {
        sleeper.wait_for("waiting");
        HANDOFF_REQUIRE_EVENTUALLY(handoff::test::is_asleep(sleeper.pid()));
    }
    room->set(1);
    for (auto& sleeper : sleepers) sleeper.wait();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_wake_up_is_lost_between_threads, Condition, Conditions) {
    Room<Condition> room;
    bool other_side = false;
    std::jthread other([&] { other_side = play(room, 1, rounds); });
    BOOST_TEST(play(room, 0, rounds));
    other.join();
    BOOST_TEST(other_side);
    BOOST_TEST(room.number.load() == 2 * rounds);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_wake_up_is_lost_between_processes, Condition, Conditions) {
    SharedAnonymous<Room<Condition>> room;
    Child other([&](Checkpoints&) { BOOST_TEST(play(*room, 1, rounds)); });
    BOOST_TEST(play(*room, 0, rounds));
    other.wait();
    BOOST_TEST(room->number.load() == 2 * rounds);
}

BOOST_AUTO_TEST_SUITE_END()
