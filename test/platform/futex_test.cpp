#include "platform/futex.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "platform/asleep.hpp"
#include "platform/clock.hpp"
#include "platform/shared_anonymous.hpp"

namespace futex_test {

using handoff::detail::platform::Awakening;
using handoff::detail::platform::futex_wait;
using handoff::detail::platform::futex_wait_either;
using handoff::detail::platform::futex_wake;
using handoff::detail::platform::futex_wake_all;
using handoff::detail::platform::now_ns;
using handoff::test::is_asleep;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t never = INT64_MAX;
using Word = std::atomic<std::uint32_t>;

}  // namespace futex_test

BOOST_AUTO_TEST_SUITE(futex_test)

BOOST_AUTO_TEST_CASE(another_value_is_not_waited_for) {
    const Word word{8};
    handoff::testing::run_in_child(
        [&](Checkpoints&) { BOOST_TEST((futex_wait(word, 7, never) == Awakening::disturbed)); });
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_is_told_and_not_early) {
    const Word word{7};
    for (const std::int64_t length : {1 * ms, 20 * ms}) {
        const std::int64_t deadline = now_ns() + length;
        while (futex_wait(word, 7, deadline) != Awakening::timed_out) {
        }
        BOOST_TEST(now_ns() >= deadline);
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_in_the_past_does_not_sleep) {
    const Word word{7};
    handoff::testing::run_in_child([&](Checkpoints&) {
        BOOST_TEST((futex_wait(word, 7, 0) == Awakening::timed_out));
        BOOST_TEST((futex_wait(word, 7, now_ns() - 1) == Awakening::timed_out));
    });
}

BOOST_AUTO_TEST_CASE(a_sleeper_in_another_process_is_woken) {
    handoff::test::SharedAnonymous<Word> word;
    Child sleeper([&](Checkpoints& checkpoints) {
        checkpoints.reach("waiting");
        BOOST_TEST((futex_wait(*word, 0, never) == Awakening::woken));
    });
    sleeper.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(handoff::test::is_asleep(sleeper.pid()));
    word->store(1);
    futex_wake_all(*word);
    sleeper.wait();
}

BOOST_AUTO_TEST_CASE(as_many_are_woken_as_were_asked_for_and_the_count_is_told) {
    handoff::test::SharedAnonymous<Word> word;
    BOOST_TEST(futex_wake(*word, 3) == 0U);
    std::vector<Child> sleepers;
    for (int i = 0; i < 3; ++i) {
        sleepers.emplace_back([&](Checkpoints&) { BOOST_TEST((futex_wait(*word, 0, never) == Awakening::woken)); });
        HANDOFF_REQUIRE_EVENTUALLY(handoff::test::is_asleep(sleepers.back().pid()));
    }
    BOOST_TEST(futex_wake(*word, 1) == 1U);
    sleepers[0].wait();  // the one that slept longest
    BOOST_TEST(handoff::test::is_asleep(sleepers[1].pid()));
    BOOST_TEST(futex_wake(*word, UINT32_MAX) == 2U);
    sleepers[1].wait();
    sleepers[2].wait();
}

BOOST_AUTO_TEST_CASE(every_sleeper_is_woken) {
    Word word{0};
    std::atomic<int> about_to_sleep{0};
    std::atomic<int> timed_out{0};
    std::vector<std::jthread> sleepers;
    const std::int64_t deadline = now_ns() + handoff::testing::scaled(handoff::testing::default_timeout).count();
    for (int i = 0; i < 8; ++i)
        sleepers.emplace_back([&] {
            ++about_to_sleep;
            if (futex_wait(word, 0, deadline) == Awakening::timed_out) ++timed_out;
        });
    HANDOFF_REQUIRE_EVENTUALLY(about_to_sleep == 8);
    word = 1;  // a thread that is not asleep yet does not fall asleep any more
    futex_wake_all(word);
    sleepers.clear();
    BOOST_TEST(timed_out == 0);
}

BOOST_AUTO_TEST_CASE(a_sleep_on_two_words_ends_as_soon_as_either_is_woken_or_differs) {
    for (const int woken : {0, 1}) {
        handoff::test::SharedAnonymous<std::array<Word, 2>> words;
        Child sleeper([&](Checkpoints&) {
            const std::int64_t deadline =
                now_ns() + handoff::testing::scaled(handoff::testing::default_timeout).count();
            while ((*words)[woken].load() == 0)
                BOOST_TEST_REQUIRE(
                    (futex_wait_either({&(*words)[0], 0}, {&(*words)[1], 0}, deadline) != Awakening::timed_out));
        });
        HANDOFF_REQUIRE_EVENTUALLY(is_asleep(sleeper.pid()));
        (*words)[woken].store(1);
        futex_wake_all((*words)[woken]);
        sleeper.wait();
    }
    const Word zero{0}, one{1};
    handoff::testing::run_in_child([&](Checkpoints&) {
        BOOST_TEST((futex_wait_either({&one, 0}, {&zero, 0}, never) == Awakening::disturbed));
        BOOST_TEST((futex_wait_either({&zero, 0}, {&one, 0}, never) == Awakening::disturbed));
    });
}

BOOST_AUTO_TEST_CASE(a_sleep_on_two_words_keeps_its_deadline) {
    const Word first{7}, second{8};
    for (const std::int64_t length : {0 * ms, 1 * ms, 20 * ms}) {
        const std::int64_t deadline = now_ns() + length;
        while (futex_wait_either({&first, 7}, {&second, 8}, deadline) != Awakening::timed_out) {
        }
        BOOST_TEST(now_ns() >= deadline);
    }
}

BOOST_AUTO_TEST_SUITE_END()
