#include "sync/latency_histogram.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(latency_histogram_test)

using handoff::detail::sync::LatencyHistogram;

BOOST_AUTO_TEST_CASE(a_value_lies_in_the_bucket_that_it_is_counted_in) {
    for (std::size_t bucket = 0; bucket < LatencyHistogram::bucket_count; ++bucket) {
        const std::uint64_t low = LatencyHistogram::lower_bound(bucket),
                            next = LatencyHistogram::lower_bound(bucket + 1);
        BOOST_TEST_REQUIRE(low < next);
        for (const std::uint64_t value : {low, (low + next) / 2, next - 1})
            BOOST_TEST_REQUIRE(LatencyHistogram::bucket_of(value) == bucket);
    }
    BOOST_TEST(LatencyHistogram::bucket_of(UINT64_MAX) == LatencyHistogram::bucket_count - 1);
}

BOOST_AUTO_TEST_CASE(what_took_less_than_no_time_took_none) {
    LatencyHistogram histogram;
    histogram.add(-5);
    histogram.add(INT64_MAX);
    BOOST_TEST(histogram.count_in(0) == 1U);
    BOOST_TEST(histogram.count_in(LatencyHistogram::bucket_count - 1) == 1U);
    histogram.clear();
    BOOST_TEST(histogram.count_in(0) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
