#include "platform/clock.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace clock_test {

namespace platform = handoff::detail::platform;

template <class Clock>
std::int64_t ns_of() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

}  // namespace clock_test

BOOST_AUTO_TEST_SUITE(clock_test)

BOOST_AUTO_TEST_CASE(the_clocks_never_go_back) {
    std::int64_t exact = platform::now_ns();
    std::int64_t coarse = platform::now_coarse_ns();
    bool forward = true;
    for (int i = 0; i < 100'000; ++i) {
        const std::int64_t next_exact = platform::now_ns();
        const std::int64_t next_coarse = platform::now_coarse_ns();
        forward = forward && next_exact >= exact && next_coarse >= coarse;
        exact = next_exact;
        coarse = next_coarse;
    }
    BOOST_TEST(forward);
}

BOOST_AUTO_TEST_CASE(now_is_the_steady_clock) {
    const std::int64_t before = ns_of<std::chrono::steady_clock>();
    const std::int64_t now = platform::now_ns();
    BOOST_TEST(before <= now);
    BOOST_TEST(now <= ns_of<std::chrono::steady_clock>());
}

BOOST_AUTO_TEST_CASE(the_coarse_clock_is_the_same_clock_some_milliseconds_behind) {
    constexpr std::int64_t tick_at_100_hz_ns = 10'000'000;
    const std::int64_t before = platform::now_ns();
    const std::int64_t coarse = platform::now_coarse_ns();
    BOOST_TEST(coarse <= platform::now_ns());
    BOOST_TEST(coarse >= before - 10 * tick_at_100_hz_ns);
}

BOOST_AUTO_TEST_CASE(the_wall_clock_is_the_system_clock) {
    constexpr std::int64_t slack_ns = 1'000'000'000;  // the clock may be set between the two
    BOOST_TEST(std::abs(platform::wall_clock_ns() - ns_of<std::chrono::system_clock>()) < slack_ns);
}

BOOST_AUTO_TEST_CASE(all_processes_have_one_clock) {
    const std::int64_t before = platform::now_ns();
    handoff::testing::Child child(
        [](handoff::testing::Checkpoints& checkpoints) { checkpoints.report(std::to_string(platform::now_ns())); });
    const std::int64_t there = std::stoll(child.next_line());
    BOOST_TEST(before <= there);
    BOOST_TEST(there <= platform::now_ns());
    child.wait();
}

BOOST_AUTO_TEST_CASE(sleeping_briefly_takes_as_long_as_asked) {
    const std::int64_t before = platform::now_ns();
    platform::sleep_briefly(2'000'000);
    BOOST_TEST(platform::now_ns() - before >= 2'000'000);
}

BOOST_AUTO_TEST_SUITE_END()
