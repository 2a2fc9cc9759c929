#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <vector>

#include "contender/histogram.hpp"
#include "contender/one_way.hpp"
#include "contender/round_trip.hpp"
#include "harness/statistics.hpp"
#include "harness/to_string.hpp"
#include "harness/works.hpp"

namespace {

using bench::Histogram;

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(the_median_of_an_odd_number_is_the_middle_one) {
    BOOST_TEST(bench::spread_of({5, 1, 100}).median == 5);
}

BOOST_AUTO_TEST_CASE(the_median_of_an_even_number_lies_between_the_middle_two) {
    BOOST_TEST(bench::spread_of({4, 1, 2, 100}).median == 3);
}

BOOST_AUTO_TEST_CASE(quartiles_are_interpolated) {
    const bench::Spread spread = bench::spread_of({1, 2, 3, 4, 5, 6});
    BOOST_TEST(spread.low == 2.25);
    BOOST_TEST(spread.high == 4.75);
}

BOOST_AUTO_TEST_CASE(no_values_have_no_spread) {
    BOOST_TEST(bench::spread_of({}).count == 0);
    BOOST_TEST(!bench::is_too_noisy(bench::spread_of({}), 0.1));
}

BOOST_AUTO_TEST_CASE(a_wide_middle_half_is_too_noisy_and_one_wild_round_is_not) {
    BOOST_TEST(bench::is_too_noisy(bench::spread_of({1.0, 1.0, 2.0, 3.0, 3.0}), 0.25));
    BOOST_TEST(!bench::is_too_noisy(bench::spread_of({1.0, 1.01, 1.02, 1.03, 50.0}), 0.25));
}

BOOST_AUTO_TEST_CASE(two_rounds_cannot_tell_noise) {
    BOOST_TEST(!bench::is_too_noisy(bench::spread_of({1, 100}), 0.25));
}

BOOST_AUTO_TEST_CASE(quotients_are_taken_round_by_round) {
    // Both were slow in the second round: the quotient does not see it.
    const std::vector<double> ratios = bench::quotients({2, 20, 2}, {1, 10, 1});
    BOOST_TEST(ratios == std::vector<double>({2, 2, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(rounds_that_one_side_lacks_are_left_out) {
    const std::vector<double> ratios = bench::quotients({2, 0, 6, 8}, {1, 1, 0});
    BOOST_TEST(ratios == std::vector<double>({2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 100; ++value) histogram.add(value);
    BOOST_TEST(histogram.percentile(50) == 50U);
    BOOST_TEST(histogram.percentile(99) == 99U);
    BOOST_TEST(histogram.percentile(100) == 100U);
    BOOST_TEST(histogram.percentile(0) == 1U);
}

BOOST_AUTO_TEST_CASE(large_values_are_at_most_four_thousandths_too_large) {
    for (const std::uint64_t value : {100'000ULL, 123'456'789ULL, 50'000'000'000'000ULL}) {
        Histogram histogram;
        histogram.add(value);
        histogram.add(70'000'000'000'000);
        const std::uint64_t seen = histogram.percentile(50);
        BOOST_TEST(seen >= value);
        BOOST_TEST(static_cast<double>(seen) <= static_cast<double>(value) * 1.004);
    }
}

BOOST_AUTO_TEST_CASE(weights_count_as_often_as_they_say) {
    Histogram histogram;
    histogram.add(10, 99);
    histogram.add(200, 1);
    BOOST_TEST(histogram.count() == 100U);
    BOOST_TEST(histogram.percentile(99) == 10U);
    BOOST_TEST(histogram.percentile(99.5) == 200U);
}

BOOST_AUTO_TEST_CASE(histograms_add_up) {
    Histogram one, other;
    one.add(1);
    other.add(300);
    one.add(other);
    BOOST_TEST(one.count() == 2U);
    BOOST_TEST(one.percentile(50) == 1U);
    BOOST_TEST(one.max() == 300U);
}

BOOST_AUTO_TEST_CASE(what_is_beyond_the_range_is_kept_as_the_largest) {
    Histogram histogram;
    histogram.add(~std::uint64_t{0});
    BOOST_TEST(histogram.count() == 1U);
    BOOST_TEST(histogram.percentile(50) == histogram.max());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(loops)

BOOST_AUTO_TEST_CASE(a_message_of_the_open_loop_is_due_whatever_became_of_the_one_before) {
    constexpr std::int64_t begin_ns = 1'000'000'000;
    const std::int64_t first_ns = bench::due_ns(begin_ns, 1, 100);
    BOOST_TEST(first_ns == begin_ns + bench::open_loop_lead_ns);
    BOOST_TEST(bench::due_ns(begin_ns, 2, 100) - first_ns == 10'000'000);
    BOOST_TEST(bench::due_ns(begin_ns, 1001, 100) - first_ns == 10'000'000'000);
}

BOOST_AUTO_TEST_CASE(short_trips_are_timed_in_groups_and_long_ones_alone) {
    BOOST_TEST(bench::trips_per_look(1, 100) == 50U);
    BOOST_TEST(bench::trips_per_look(1, 1) == 256U);
    BOOST_TEST(bench::trips_per_look(1, 50'000) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(touching)

bench::Task task_of(std::uint64_t bytes, bool zero_touch = false) {
    return {.bytes = bytes, .zero_touch = zero_touch ? 1U : 0U};
}

BOOST_AUTO_TEST_CASE(what_is_written_in_place_and_what_is_copied_are_the_same_bytes) {
    for (const std::uint64_t bytes : {8U, 64U, 1024U, 65536U}) {
        bench::Message message(task_of(bytes), 3);
        message.next();
        std::vector<std::byte> place(bytes);
        message.write_to(place);
        const auto copied = message.bytes();
        BOOST_TEST(std::equal(place.begin(), place.end(), copied.begin(), copied.end()));
    }
}

BOOST_AUTO_TEST_CASE(the_sum_tells_one_wrong_byte) {
    bench::Message message(task_of(1024), 0);
    message.next();
    std::vector<std::byte> place(1024);
    message.write_to(place);
    bench::Touch right(task_of(1024)), wrong(task_of(1024));
    right(place);
    place[1000] ^= std::byte{1};
    wrong(place);
    const auto body = bench::body_of(1024);
    BOOST_TEST(right.sum() == bench::sum_of_words(body.data(), body.size()) + message.header_sum());
    BOOST_TEST(wrong.sum() != right.sum());
}

BOOST_AUTO_TEST_CASE(poison_is_no_message) {
    bench::Message message(task_of(8), 0);
    message.poison();
    bench::Touch touch(task_of(8));
    touch(message.bytes());
    BOOST_TEST(touch.is_over());
    BOOST_TEST(touch.count() == 0U);
}

BOOST_AUTO_TEST_CASE(zero_touch_writes_and_reads_the_header_only) {
    bench::Message message(task_of(1024, true), 0);
    message.next();
    std::vector<std::byte> place(1024, std::byte{0x55});
    message.write_to(place);
    BOOST_TEST(std::to_integer<int>(place[8]) == 0x55);
    bench::Touch touch(task_of(1024, true));
    touch(place);
    BOOST_TEST(touch.sum() == message.header_sum());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(works)

BOOST_AUTO_TEST_CASE(works_are_selected_by_whole_parts) {
    BOOST_TEST(bench::is_selected("W1.8.busy", "W1"));
    BOOST_TEST(bench::is_selected("W1.8.busy", "W1.8"));
    BOOST_TEST(bench::is_selected("W1.8.busy", "W1.8.busy"));
    BOOST_TEST(!bench::is_selected("W1.8.busy", "W1.8.b"));
    BOOST_TEST(!bench::is_selected("W10.8", "W1"));
}

BOOST_AUTO_TEST_CASE(no_two_works_have_one_name_and_every_goal_refers_to_one_before) {
    std::vector<std::string> seen;
    for (const bench::Work& work : bench::all_works()) {
        BOOST_TEST(std::count(seen.begin(), seen.end(), work.id) == 0);
        for (const bench::Goal& goal : work.goals)
            if (goal.kind == bench::Goal::Kind::of_work)
                BOOST_TEST(std::count(seen.begin(), seen.end(), goal.other) == 1,
                           work.id << " refers to " << goal.other);
        seen.push_back(work.id);
    }
}

BOOST_AUTO_TEST_CASE(numbers_have_three_digits_that_count) {
    BOOST_TEST(bench::time_words(101.4) == "101 ns");
    BOOST_TEST(bench::time_words(22'640) == "22.6 us");
    BOOST_TEST(bench::time_words(999.9) == "1.00 us");
    BOOST_TEST(bench::rate_words(20.31e6) == "20.3 M/s");
    BOOST_TEST(bench::factor_words(1.534) == "1.53x");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
