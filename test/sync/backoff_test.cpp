#include "sync/backoff.hpp"

#include <boost/test/unit_test.hpp>

namespace backoff_test {

using handoff::detail::sync::Backoff;

/// Looks until the `needed`th one is true; how many there were.
int looks_until(Backoff& backoff, int needed) {
    int looks = 0;
    const bool found = backoff.wait([&] { return ++looks >= needed; });
    BOOST_TEST(found == (looks >= needed));
    return looks;
}

}  // namespace backoff_test

BOOST_AUTO_TEST_SUITE(backoff_test)

BOOST_AUTO_TEST_CASE(what_is_there_is_taken_at_the_first_look) {
    Backoff backoff;
    for (int i = 0; i < 10; ++i) BOOST_TEST(looks_until(backoff, 1) == 1);
}

BOOST_AUTO_TEST_CASE(what_does_not_come_is_given_up) {
    Backoff backoff;
    for (int i = 0; i < 10; ++i) {
        const int looks = looks_until(backoff, 1'000'000);
        BOOST_TEST(looks > 1);
        BOOST_TEST(looks < 10'000);
    }
}

BOOST_AUTO_TEST_SUITE_END()
