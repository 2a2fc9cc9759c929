#include "platform/cpu.hpp"

#include <boost/test/unit_test.hpp>

#include <sched.h>

#include "platform/clock.hpp"

BOOST_AUTO_TEST_SUITE(cpu_test)

namespace platform = handoff::detail::platform;

BOOST_AUTO_TEST_CASE(there_are_at_least_as_many_cores_as_we_may_use) {
    cpu_set_t mine;
    BOOST_TEST_REQUIRE(sched_getaffinity(0, sizeof mine, &mine) == 0);
    BOOST_TEST(platform::cores() >= static_cast<unsigned>(CPU_COUNT(&mine)));
}

BOOST_AUTO_TEST_CASE(a_microsecond_of_relaxing_takes_at_least_about_one) {
    const int relaxes = 1000 * platform::pauses_in_a_microsecond();
    const std::int64_t start_ns = platform::now_ns();
    for (int i = 0; i < relaxes; ++i) platform::cpu_pause();
    BOOST_TEST(platform::now_ns() - start_ns >= 500'000);
}

BOOST_AUTO_TEST_CASE(any_address_may_be_prefetched) {
    for (const std::uintptr_t address : {std::uintptr_t{0}, std::uintptr_t{1}, ~std::uintptr_t{0}}) {
        platform::prefetch(reinterpret_cast<const void*>(address));
        platform::prefetch_to_change(reinterpret_cast<const void*>(address));
    }
}

BOOST_AUTO_TEST_SUITE_END()
