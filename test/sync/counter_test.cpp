#include "sync/counter.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

using handoff::detail::sync::Counter;

BOOST_AUTO_TEST_SUITE(counter_test)

BOOST_AUTO_TEST_CASE(it_counts_and_says_what_it_was) {
    Counter tally;
    BOOST_TEST(tally.load() == 0u);
    BOOST_TEST(tally.add(3) == 0u);
    BOOST_TEST(tally.add(4) == 3u);
    BOOST_TEST(tally.load() == 7u);
    tally.set(1);
    BOOST_TEST(tally.load() == 1u);
}

BOOST_AUTO_TEST_CASE(threads_that_add_at_once_lose_nothing) {
    constexpr std::uint64_t times = 1'000'000;
    Counter tally;
    std::atomic<int> ready{0};
    const auto add = [&] {
        ++ready;
        while (ready < 2) {
        }
        for (std::uint64_t i = 0; i < times; ++i) tally.add(1);
    };
    std::thread other(add);
    add();
    other.join();
    BOOST_TEST(tally.load() == 2 * times);
}

BOOST_AUTO_TEST_SUITE_END()
