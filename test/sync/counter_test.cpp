#include "sync/counter.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

BOOST_AUTO_TEST_SUITE(counter_test)

using handoff::detail::sync::Counter;

BOOST_AUTO_TEST_CASE(it_counts_and_says_what_it_was) {
    Counter counter;
    BOOST_TEST(counter.load() == 0u);
    BOOST_TEST(counter.add(3) == 0u);
    BOOST_TEST(counter.add(4) == 3u);
    BOOST_TEST(counter.load() == 7u);
    counter.set(1);
    BOOST_TEST(counter.load() == 1u);
}

BOOST_AUTO_TEST_CASE(threads_that_add_at_once_lose_nothing) {
    constexpr std::uint64_t times = 1'000'000;
    Counter counter;
    std::atomic<int> ready{0};
    const auto add = [&] {
        ++ready;
        while (ready < 2) {
        }
        for (std::uint64_t i = 0; i < times; ++i) counter.add(1);
    };
    std::thread other(add);
    add();
    other.join();
    BOOST_TEST(counter.load() == 2 * times);
}

BOOST_AUTO_TEST_SUITE_END()
