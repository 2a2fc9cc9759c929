#include "platform/cpu.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <sched.h>

using handoff::platform::usable_cores;

BOOST_AUTO_TEST_SUITE(cpu_test)

// One case: the answer is asked for once in a process, so the child must come before the parent's first question.
BOOST_AUTO_TEST_CASE(usable_cores_are_those_of_the_affinity_mask) {
    cpu_set_t mine;
    BOOST_TEST_REQUIRE(sched_getaffinity(0, sizeof mine, &mine) == 0);
    handoff::testing::run_in_child([&](handoff::testing::Stage&) {
        cpu_set_t one;
        CPU_ZERO(&one);
        for (unsigned core = 0; core < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++core)
            if (CPU_ISSET(core, &mine)) CPU_SET(core, &one);
        BOOST_TEST_REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
        BOOST_TEST(usable_cores() == 1u);
    });
    BOOST_TEST(usable_cores() == static_cast<unsigned>(CPU_COUNT(&mine)));
}

BOOST_AUTO_TEST_SUITE_END()
