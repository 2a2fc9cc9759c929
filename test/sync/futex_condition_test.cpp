// What only the futex promises: no death breaks it.
#include "sync/futex_condition.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "platform/asleep.hpp"
#include "platform/clock.hpp"
#include "platform/shared_anonymous.hpp"
#include "sync/shared_word.hpp"

namespace futex_condition_test {

using handoff::detail::platform::now_ns;
using handoff::detail::sync::FutexCondition;
using handoff::detail::sync::StopSignal;
using handoff::test::is_asleep;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

struct Room {
    FutexCondition condition;
    handoff::detail::sync::SharedWord number;

    bool wait_for(std::uint64_t value) {
        const std::int64_t deadline = now_ns() + handoff::testing::scaled(handoff::testing::default_timeout).count();
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
    Child sleeper([&room](Checkpoints& checkpoints) {
        checkpoints.reach("waiting");
        room.condition.wait_until(INT64_MAX, [&] { return room.number.load() == UINT64_MAX; });
    });
    sleeper.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(is_asleep(sleeper.pid()));
    return sleeper;
}

}  // namespace futex_condition_test

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
        const std::int64_t deadline = now_ns() + handoff::testing::scaled(handoff::testing::default_timeout).count();
        BOOST_TEST(room.condition.wait_until(deadline, [&] {
            if (++looks > 1) return room.number.load() == 1;
            for (int i = 0; i < notifications; ++i) room.set(1);  // another thread, just after we found nothing
            return false;
        }));
        BOOST_TEST(now_ns() < deadline, "it slept until the deadline");
        BOOST_TEST(looks == 2);
    }
}

/// The second one sets the same bit again: only the count shows the first one that a notification came in between.
BOOST_AUTO_TEST_CASE(who_was_notified_does_not_sleep_although_another_one_came_since) {
    for (const bool all : {true, false}) {
        FutexCondition condition;
        const std::uint32_t seen = condition.announce();
        all ? condition.notify_all() : condition.notify(1);
        condition.announce();
        BOOST_TEST(condition.word().load() != seen);
    }
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
        Child other([&](Checkpoints&) {
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
        Child other([&](Checkpoints& checkpoints) {
            checkpoints.reach("waiting");
            BOOST_TEST(room->wait_for(round));
        });
        other.wait_for("waiting");
        HANDOFF_REQUIRE_EVENTUALLY(is_asleep(other.pid()));
        room->set(round);
        other.wait();
    }
}

/// Sleeps until there is something, takes one, and ends.
struct Taker {
    explicit Taker(Room& room, std::int64_t deadline_ns = INT64_MAX)
        : process([&room, deadline_ns](Checkpoints&) {
              room.condition.wait_until(deadline_ns, [&] { return take_one_of(room); });
          }) {
        HANDOFF_REQUIRE_EVENTUALLY(is_asleep(process.pid()));
    }
    bool has_ended() { return process.ends_within(handoff::testing::default_timeout); }
    static bool take_one_of(Room& room) {
        for (std::uint64_t seen = room.number.load(); seen != 0; seen = room.number.load())
            if (room.number.compare_exchange(seen, seen - 1)) return true;
        return false;
    }

    Child process;
};

BOOST_AUTO_TEST_CASE(as_many_are_woken_as_there_is_work_for_and_the_others_sleep_on) {
    handoff::test::SharedAnonymous<Room> room;
    Taker first(*room), second(*room), third(*room), fourth(*room);
    room->condition.notify(0);
    BOOST_TEST(is_asleep(first.process.pid()));
    room->number.store(1);
    room->condition.notify(1);
    BOOST_TEST(first.has_ended());
    BOOST_TEST(is_asleep(second.process.pid()));
    BOOST_TEST((bits_of(room->condition) & 3U) == 1U, "who announces itself now must change the word");
    room->number.store(2);
    room->condition.notify(2);
    BOOST_TEST((second.has_ended() && third.has_ended()));
    BOOST_TEST(is_asleep(fourth.process.pid()));
    room->number.store(1);
    room->condition.notify(1);
    BOOST_TEST(fourth.has_ended());
}

BOOST_AUTO_TEST_CASE(a_lone_sleeper_that_was_woken_leaves_nothing_that_costs_a_system_call) {
    handoff::test::SharedAnonymous<Room> room;
    Taker taker(*room);
    room->number.store(1);
    room->condition.notify(1);
    BOOST_TEST(taker.has_ended());
    const auto left_behind = bits_of(room->condition);
    room->condition.notify(1);
    BOOST_TEST(bits_of(room->condition) == left_behind);
}

BOOST_AUTO_TEST_CASE(after_the_last_of_several_sleepers_at_most_one_notification_is_needless) {
    handoff::test::SharedAnonymous<Room> room;
    for (int sleepers = 2; sleepers <= 3; ++sleepers) {
        std::vector<Child> dead;
        for (int i = 0; i < sleepers; ++i) dead.push_back(sleeper_in(*room));
        for (Child& sleeper : dead) sleeper.kill();
        room->condition.notify(1);
        const auto cleared = bits_of(room->condition);
        for (int i = 0; i < 5; ++i) room->condition.notify(1);
        BOOST_TEST(bits_of(room->condition) == cleared);
    }
}

/// Woken a moment before its deadline, it finds that this has passed, and looks for something else than what came.
BOOST_AUTO_TEST_CASE(who_was_woken_and_leaves_without_taking_passes_it_on) {
    for (int round = 0; round < 20; ++round) {
        handoff::test::SharedAnonymous<Room> room;
        const std::int64_t deadline = now_ns() + handoff::testing::scaled(std::chrono::milliseconds(40)).count();
        Child leaving([&](Checkpoints&) { room->condition.wait_until(deadline, [] { return false; }); });
        HANDOFF_REQUIRE_EVENTUALLY(is_asleep(leaving.pid()) || now_ns() > deadline);
        Taker taker(*room);
        while (now_ns() < deadline - 3'000) {
        }
        room->number.store(1);
        room->condition.notify(1);
        BOOST_TEST_REQUIRE(taker.has_ended());
        leaving.wait();
    }
}

/// A notifier that died between its change and its wake-up.
BOOST_AUTO_TEST_CASE(who_finds_work_that_nobody_told_it_of_tells_the_others) {
    handoff::test::SharedAnonymous<Room> room;
    Taker other(*room), another(*room);
    room->number.store(3);
    Child late([&](Checkpoints&) {
        int looks = 0;
        room->condition.wait_until(now_ns() + 1'000'000, [&] { return looks++ > 0 && Taker::take_one_of(*room); });
    });
    late.wait();
    BOOST_TEST((other.has_ended() && another.has_ended()));
}

/// A stop comes between its wake-up and its next sleep: it cannot tell which of the two woke it, and leaves.
BOOST_AUTO_TEST_CASE(who_is_stopped_and_was_perhaps_woken_passes_it_on) {
    handoff::test::SharedAnonymous<Room> room;
    Child leaving([&](Checkpoints&) {
        std::stop_source source;
        const StopSignal stop(source.get_token());
        FutexCondition::Announcement last;
        int looks = 0;
        const bool found = room->condition.wait_until(INT64_MAX, last, UINT32_MAX, &stop, [&] {
            if (looks++ > 0) source.request_stop();
            return false;
        });
        BOOST_TEST(!found);
    });
    HANDOFF_REQUIRE_EVENTUALLY(is_asleep(leaving.pid()));
    Taker taker(*room);
    room->number.store(1);
    room->condition.notify(1);
    BOOST_TEST(taker.has_ended());
    leaving.wait();
}

/// As who_finds_work_that_nobody_told_it_of: a stop woke it, and there is work all the same.
BOOST_AUTO_TEST_CASE(who_is_stopped_and_finds_work_tells_the_others) {
    handoff::test::SharedAnonymous<Room> room;
    Taker other(*room), another(*room);
    room->number.store(3);
    Child late([&](Checkpoints&) {
        std::stop_source source;
        const StopSignal stop(source.get_token());
        FutexCondition::Announcement last;
        int looks = 0;
        const bool found = room->condition.wait_until(INT64_MAX, last, UINT32_MAX, &stop, [&] {
            if (looks++ == 0) source.request_stop();
            return looks > 1 && Taker::take_one_of(*room);
        });
        BOOST_TEST(found);
    });
    late.wait();
    BOOST_TEST((other.has_ended() && another.has_ended()));
}

BOOST_AUTO_TEST_CASE(a_stop_ends_a_sleep_at_once_and_one_that_came_before_it_too) {
    handoff::test::SharedAnonymous<Room> room;
    for (const bool before : {true, false}) {
        std::stop_source source;
        if (before) source.request_stop();
        const StopSignal stop(source.get_token());
        std::jthread stopper([&, waiting = "/proc/self/task/" + std::to_string(gettid())] {
            while (!before && !is_asleep(std::filesystem::path(waiting))) std::this_thread::yield();
            source.request_stop();
        });
        FutexCondition::Announcement last;
        const std::int64_t deadline = now_ns() + handoff::testing::scaled(handoff::testing::default_timeout).count();
        BOOST_TEST(!room->condition.wait_until(deadline, last, 1, &stop, [] { return false; }));
        BOOST_TEST(now_ns() < deadline, "it slept until the deadline");
    }
}

BOOST_AUTO_TEST_SUITE_END()
