#include "cli/histogram.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

BOOST_AUTO_TEST_SUITE(histogram)

using handoff::apps::Histogram;

BOOST_AUTO_TEST_CASE(nothing_gives_zero) {
    const Histogram histogram;
    BOOST_TEST(histogram.count() == 0U);
    BOOST_TEST(histogram.percentile(50) == 0U);
    BOOST_TEST(histogram.max() == 0U);
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 200; ++value) histogram.add(value);
    BOOST_TEST(histogram.percentile(0) == 1U);
    BOOST_TEST(histogram.percentile(50) == 100U);
    BOOST_TEST(histogram.percentile(99) == 198U);
    BOOST_TEST(histogram.percentile(100) == 200U);
}

BOOST_AUTO_TEST_CASE(every_power_of_two_and_its_neighbours_have_a_bucket) {
    for (unsigned bit = 0; bit < 64; ++bit) {
        const std::uint64_t power = std::uint64_t{1} << bit;
        for (const std::uint64_t value : {power - 1, power, power + 1, power + power / 2, power + (power - 1)}) {
            Histogram histogram;
            histogram.add(value);
            histogram.add(UINT64_MAX);
            const std::uint64_t found = histogram.percentile(50);
            BOOST_TEST_CONTEXT("value " << value) {
                BOOST_TEST(found >= value);
                BOOST_TEST(found - value <= value / 128);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(percentiles_of_random_times_are_at_most_a_128th_above_the_sorted_list) {
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> times(12, 2);
    std::vector<std::uint64_t> all;
    Histogram histogram;
    for (int i = 0; i < 100'000; ++i) {
        all.push_back(static_cast<std::uint64_t>(times(random)));
        histogram.add(all.back());
    }
    std::ranges::sort(all);
    for (const double percent : {1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(all.size())));
        const std::uint64_t exact = all[rank - 1];
        BOOST_TEST(histogram.percentile(percent) >= exact);
        BOOST_TEST(histogram.percentile(percent) - exact <= exact / 128);
    }
    BOOST_TEST(histogram.max() == all.back());
}

BOOST_AUTO_TEST_CASE(the_sum_of_two_is_as_if_one_had_seen_everything) {
    Histogram left;
    Histogram right;
    Histogram both;
    for (std::uint64_t value = 0; value < 5000; ++value) {
        (value % 3 == 0 ? left : right).add(value * value);
        both.add(value * value);
    }
    left.add(right);
    BOOST_TEST(left.count() == both.count());
    BOOST_TEST(left.max() == both.max());
    for (int percent = 0; percent <= 100; ++percent) BOOST_TEST(left.percentile(percent) == both.percentile(percent));
}

BOOST_AUTO_TEST_SUITE_END()
