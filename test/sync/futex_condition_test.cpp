// What only the futex promises: no death breaks it.
#include "sync/futex_condition.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <vector>

#include "platform/asleep.hpp"
#include "platform/clock.hpp"
#include "platform/shared_anonymous.hpp"
#include "sync/shared_word.hpp"

using handoff::platform::now_ns;
using handoff::sync::FutexCondition;
using handoff::test::is_asleep;
using handoff::testing::Child;
using handoff::testing::Stage;

namespace {

struct Room {
    FutexCondition condition;
    handoff::sync::SharedWord number;

    bool wait_for(std::uint64_t value) {
        const std::int64_t deadline = now_ns() + handoff::testing::scaled(handoff::testing::patience).count();
        return condition.wait_until(deadline, [&] { return number.load() >= value; }) && now_ns() < deadline;
    }
    void set(std::uint64_t value) {
        number.store(value);
        condition.notify_all();
    }
};

std::uint32_t bits_of(const FutexCondition& condition) {
    static_assert(sizeof condition == sizeof(std::uint32_t));
    std::uint32_t bits = 0;
    std::memcpy(&bits, static_cast<const void*>(&condition), sizeof bits);
    return bits;
}

/// Asleep on a number that never comes.
Child sleeper_in(Room& room) {
    Child sleeper([&room](Stage& stage) {
        stage.reach("waiting");
        room.condition.wait_until(INT64_MAX, [&] { return room.number.load() == UINT64_MAX; });
    });
    sleeper.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(is_asleep(sleeper.pid()));
    return sleeper;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(futex_condition_test)

BOOST_AUTO_TEST_CASE(a_notification_that_nobody_waits_for_changes_nothing) {
    FutexCondition condition;
    const auto before = bits_of(condition);
    for (int i = 0; i < 10; ++i) condition.notify_all();
    BOOST_TEST(bits_of(condition) == before);
}

BOOST_AUTO_TEST_CASE(a_notification_between_the_look_and_the_sleep_is_not_lost) {
    for (int notifications = 1; notifications <= 3; ++notifications) {
        Room room;
        int looks = 0;
        const std::int64_t deadline = now_ns() + handoff::testing::scaled(handoff::testing::patience).count();
        BOOST_TEST(room.condition.wait_until(deadline, [&] {
            if (++looks > 1) return room.number.load() == 1;
            for (int i = 0; i < notifications; ++i) room.set(1);  // somebody else, just after we found nothing
            return false;
        }));
        BOOST_TEST(now_ns() < deadline, "it slept until the deadline");
        BOOST_TEST(looks == 2);
    }
}

/// The second one says the same bit again: only the count tells the first one that it was rung between.
BOOST_AUTO_TEST_CASE(who_was_rung_before_it_slept_does_not_sleep_although_another_one_came_since) {
    FutexCondition condition;
    const std::uint32_t seen = condition.announce();
    condition.notify_all();
    condition.announce();
    BOOST_TEST(condition.word().load() != seen);
}

BOOST_AUTO_TEST_CASE(what_a_dead_sleeper_leaves_behind_costs_one_notification) {
    handoff::test::SharedAnonymous<Room> room;
    sleeper_in(*room).kill();
    const auto left_behind = bits_of(room->condition);
    room->condition.notify_all();
    const auto cleared = bits_of(room->condition);
    BOOST_TEST(cleared != left_behind);
    for (int i = 0; i < 10; ++i) room->condition.notify_all();
    BOOST_TEST(bits_of(room->condition) == cleared);
}

BOOST_AUTO_TEST_CASE(killed_sleepers_are_followed_by_as_many_wake_ups_as_one_likes) {
    handoff::test::SharedAnonymous<Room> room;
    for (std::uint64_t death = 0; death < 3; ++death) {
        sleeper_in(*room).kill();
        const std::uint64_t first = room->number.load();
        Child other([&](Stage&) {
            for (std::uint64_t round = 0; round < 100; ++round) {
                BOOST_TEST_REQUIRE(room->wait_for(first + 2 * round + 1));
                room->set(first + 2 * round + 2);
            }
        });
        for (std::uint64_t round = 0; round < 100; ++round) {
            HANDOFF_REQUIRE_EVENTUALLY(round > 5 || is_asleep(other.pid()));  // some wake-ups surely wake a sleeper
            room->set(first + 2 * round + 1);
            BOOST_TEST_REQUIRE(room->wait_for(first + 2 * round + 2));
        }
        other.wait();
    }
}

BOOST_AUTO_TEST_CASE(a_stopped_sleeper_swallows_no_wake_up) {
    handoff::test::SharedAnonymous<Room> room;
    Child stopped = sleeper_in(*room);
    stopped.stop();
    for (std::uint64_t round = 1; round <= 6; ++round) {
        Child other([&](Stage& stage) {
            stage.reach("waiting");
            BOOST_TEST(room->wait_for(round));
        });
        other.wait_for("waiting");
        HANDOFF_REQUIRE_EVENTUALLY(is_asleep(other.pid()));
        room->set(round);
        other.wait();
    }
}

BOOST_AUTO_TEST_SUITE_END()
