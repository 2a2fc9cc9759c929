#include "sync/spread.hpp"

#include <boost/test/unit_test.hpp>

using handoff::detail::sync::Spread;

BOOST_AUTO_TEST_SUITE(spread_test)

BOOST_AUTO_TEST_CASE(a_value_lies_in_the_bucket_that_it_is_counted_in) {
    for (std::size_t bucket = 0; bucket < Spread::bucket_count; ++bucket) {
        const std::uint64_t low = Spread::lower_bound(bucket), next = Spread::lower_bound(bucket + 1);
        BOOST_TEST_REQUIRE(low < next);
        for (const std::uint64_t value : {low, (low + next) / 2, next - 1})
            BOOST_TEST_REQUIRE(Spread::bucket_of(value) == bucket);
    }
    BOOST_TEST(Spread::bucket_of(UINT64_MAX) == Spread::bucket_count - 1);
}

BOOST_AUTO_TEST_CASE(what_took_less_than_no_time_took_none) {
    Spread spread;
    spread.add(-5);
    spread.add(INT64_MAX);
    BOOST_TEST(spread.count_in(0) == 1U);
    BOOST_TEST(spread.count_in(Spread::bucket_count - 1) == 1U);
    spread.clear();
    BOOST_TEST(spread.count_in(0) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
