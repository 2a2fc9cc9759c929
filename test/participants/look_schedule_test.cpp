// When a check for the dead is due, and which participant makes it. Time is a number here.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "participants/look_schedule.hpp"

namespace look_schedule {

using handoff::detail::participants::LookSchedule;
using handoff::detail::sync::SharedWord;

constexpr std::int64_t tick = handoff::detail::sync::tick_ns;
constexpr std::int64_t start = 1'000 * tick;

struct Segment {
    SharedWord looked{static_cast<std::uint64_t>(start)};
    std::atomic<std::uint32_t> crowd{0};
    LookSchedule one{looked, crowd}, other{looked, crowd};
    void set(std::int64_t ns) { looked.store(static_cast<std::uint64_t>(ns)); }
};

}  // namespace look_schedule

BOOST_AUTO_TEST_SUITE(look_schedule)

BOOST_FIXTURE_TEST_CASE(due_when_the_word_is_a_tick_old_and_not_before, Segment) {
    BOOST_TEST(!one.claim(start));
    BOOST_TEST(!one.claim(start + tick - 1));
    BOOST_TEST(one.claim(start + tick));
    BOOST_TEST(static_cast<std::int64_t>(looked.load()) == start + tick);
    BOOST_TEST(!one.claim(start + tick + 1));
}

BOOST_FIXTURE_TEST_CASE(due_at_once_for_one_who_never_asked_before, Segment) {
    BOOST_TEST(one.claim(start + tick));
    BOOST_TEST(!other.claim(start + 2 * tick - 1));
    LookSchedule newcomer(looked, crowd);
    BOOST_TEST(newcomer.claim(start + 2 * tick));
}

BOOST_FIXTURE_TEST_CASE(one_looks_for_all, Segment) {
    BOOST_TEST(one.claim(start + tick));
    BOOST_TEST(!other.claim(start + tick));
    BOOST_TEST(!other.claim(start + 2 * tick - 1));
    BOOST_TEST(other.claim(start + 2 * tick));
    BOOST_TEST(!one.claim(start + 2 * tick + 1));
}

BOOST_FIXTURE_TEST_CASE(due_when_the_word_has_not_moved_for_a_tick_of_ones_own_clock, Segment) {
    for (const std::int64_t strange : {start + 1'000 * tick, INT64_MAX, INT64_MIN, std::int64_t{-1}}) {
        set(strange);
        LookSchedule newcomer(looked, crowd);
        // A word so far behind that the difference wraps around, or simply old, may be due at once.
        if (newcomer.claim(start)) continue;
        BOOST_TEST(!newcomer.claim(start + tick - 1));
        BOOST_TEST(newcomer.claim(start + tick));
        BOOST_TEST(static_cast<std::int64_t>(looked.load()) == start + tick);
    }
}

BOOST_FIXTURE_TEST_CASE(a_word_that_moves_in_another_clock_is_not_due, Segment) {
    for (std::int64_t step = 0; step < 20; ++step) {  // another participant checks in time, with a clock far ahead
        set(start + 1'000 * tick + step * tick / 2);
        BOOST_TEST(!one.claim(start + step * tick / 2));
        BOOST_TEST(!one.claim(start + step * tick / 2 + tick / 4));  // a tick begins when it was seen to move
    }
}

BOOST_FIXTURE_TEST_CASE(the_word_moves_even_where_it_holds_the_time_already, Segment) {
    set(start + 3 * tick);
    BOOST_TEST(!one.claim(start + 2 * tick));
    BOOST_TEST(one.claim(start + 3 * tick));
    BOOST_TEST(static_cast<std::int64_t>(looked.load()) == start + 3 * tick + 1);
}

BOOST_FIXTURE_TEST_CASE(a_look_that_was_cut_short_is_made_up_for_within_two_ticks, Segment) {
    BOOST_TEST(one.claim(start + tick));  // and dies before it looks
    BOOST_TEST(!other.claim(start + tick + 1));
    BOOST_TEST(other.claim(start + 2 * tick));
}

BOOST_AUTO_TEST_CASE(of_many_threads_that_ask_at_once_one_looks) {
    for (int round = 0; round < 50; ++round) {
        Segment segment;
        std::atomic<int> looks{0}, ready{0};
        std::vector<std::thread> crowd;
        for (int i = 0; i < 4; ++i)
            crowd.emplace_back([&, i] {
                ++ready;
                while (ready < 4) std::this_thread::yield();
                if ((i % 2 == 0 ? segment.one : segment.other).claim(start + tick)) ++looks;
            });
        for (auto& thread : crowd) thread.join();
        BOOST_TEST(looks == 1);
    }
}

BOOST_AUTO_TEST_CASE(up_to_four_sleep_a_tick_a_crowd_a_second_at_most_and_a_thousand_two) {
    for (std::uint32_t crowd = 0; crowd <= 4; ++crowd)
        for (std::uint32_t me = 0; me < 6; ++me) BOOST_TEST(LookSchedule::interval_ns(me, crowd, tick) == tick);
    for (const std::uint32_t crowd : {5U, 12U, 40U, 500U, 1'000U, UINT32_MAX})
        for (const std::uint32_t me : {0U, 3U, crowd / 2, crowd - 1, 1'023U}) {
            const std::int64_t slept = LookSchedule::interval_ns(me, crowd, tick);
            BOOST_TEST(slept >= tick);
            BOOST_TEST(slept <= (crowd <= 40    ? std::max(tick, crowd * tick / 4)
                                 : crowd <= 500 ? 10 * tick
                                                : 20 * tick));
        }
}

BOOST_AUTO_TEST_CASE(no_two_of_a_crowd_sleep_in_step_and_somebody_wakes_up_four_times_a_tick) {
    for (const std::uint32_t crowd : {16U, 40U}) {
        std::set<std::int64_t> intervals;
        double awakenings_a_tick = 0;
        for (std::uint32_t me = 0; me < crowd; ++me) {
            intervals.insert(LookSchedule::interval_ns(me, crowd, tick));
            awakenings_a_tick += static_cast<double>(tick) / static_cast<double>(*intervals.rbegin());
        }
        BOOST_TEST(intervals.size() == crowd);
        BOOST_TEST(awakenings_a_tick >= 4.0);
    }
}

BOOST_AUTO_TEST_CASE(above_256_looks_lie_further_apart_and_four_ticks_at_most) {
    for (const auto& [participants, ticks] : {std::pair{0U, 1}, {256U, 1}, {512U, 2}, {1'024U, 4}, {UINT32_MAX, 4}}) {
        Segment segment;
        segment.crowd = participants;
        BOOST_TEST(!segment.one.claim(start + ticks * tick - 1));
        BOOST_TEST(segment.other.claim(start + ticks * tick));

        segment.set(INT64_MAX);  // another clock's: by the second rule
        LookSchedule newcomer(segment.looked, segment.crowd);
        BOOST_TEST(!newcomer.claim(start));
        BOOST_TEST(!newcomer.claim(start + ticks * tick - 1));
        BOOST_TEST(newcomer.claim(start + ticks * tick));
    }
}

BOOST_AUTO_TEST_CASE(a_segment_says_how_long_its_sleepers_sleep) {
    SharedWord looked;
    std::atomic<std::uint32_t> crowd{0};
    LookSchedule one(looked, crowd);
    const LookSchedule other(looked, crowd);
    BOOST_TEST(other.interval_ns(7) == tick);
    one.set_crowd(40);
    BOOST_TEST(other.interval_ns(39) == 10 * tick);
}

BOOST_AUTO_TEST_SUITE_END()
