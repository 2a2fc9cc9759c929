#include "platform/futex.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "platform/asleep.hpp"
#include "platform/clock.hpp"
#include "platform/shared_anonymous.hpp"

using handoff::platform::futex_wait;
using handoff::platform::futex_wake_all;
using handoff::platform::now_ns;
using handoff::testing::Child;
using handoff::testing::Stage;

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t never = INT64_MAX;
using Word = std::atomic<std::uint32_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(futex_test)

BOOST_AUTO_TEST_CASE(another_value_is_not_waited_for) {
    const Word word{8};
    handoff::testing::run_in_child([&](Stage&) { BOOST_TEST(futex_wait(word, 7, never)); });
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_is_told_and_not_early) {
    const Word word{7};
    for (const std::int64_t length : {1 * ms, 20 * ms}) {
        const std::int64_t deadline = now_ns() + length;
        bool in_time = true;
        while (in_time) in_time = futex_wait(word, 7, deadline);
        BOOST_TEST(now_ns() >= deadline);
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_in_the_past_does_not_sleep) {
    const Word word{7};
    handoff::testing::run_in_child([&](Stage&) {
        BOOST_TEST(!futex_wait(word, 7, 0));
        BOOST_TEST(!futex_wait(word, 7, now_ns() - 1));
    });
}

BOOST_AUTO_TEST_CASE(a_sleeper_in_another_process_is_woken) {
    handoff::test::SharedAnonymous<Word> word;
    Child sleeper([&](Stage& stage) {
        stage.reach("waiting");
        while (word->load() == 0) BOOST_TEST(futex_wait(*word, 0, never));
    });
    sleeper.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(handoff::test::is_asleep(sleeper.pid()));
    word->store(1);
    futex_wake_all(*word);
    sleeper.wait();
}

BOOST_AUTO_TEST_CASE(every_sleeper_is_woken) {
    Word word{0};
    std::atomic<int> about_to_sleep{0};
    std::atomic<int> timed_out{0};
    std::vector<std::jthread> sleepers;
    const std::int64_t deadline = now_ns() + handoff::testing::scaled(handoff::testing::patience).count();
    for (int i = 0; i < 8; ++i)
        sleepers.emplace_back([&] {
            ++about_to_sleep;
            if (!futex_wait(word, 0, deadline)) ++timed_out;
        });
    HANDOFF_REQUIRE_EVENTUALLY(about_to_sleep == 8);
    word = 1;  // who is not asleep yet does not fall asleep any more
    futex_wake_all(word);
    sleepers.clear();
    BOOST_TEST(timed_out == 0);
}

BOOST_AUTO_TEST_SUITE_END()
