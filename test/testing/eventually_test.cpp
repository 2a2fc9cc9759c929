#include <handoff/testing.hpp>

#include "testing/message_contains.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(eventually_test)

using namespace std::chrono_literals;
using handoff::testing::Checkpoints;
using handoff::testing::eventually;
using handoff::testing::run_in_child;
using handoff::testing::scaled;

BOOST_AUTO_TEST_CASE(a_scale_that_is_no_positive_number_is_refused) {
    for (const char* scale : {"fast", "5x", "0", "-1", "nan"})
        run_in_child([&](Checkpoints&) {
            ::setenv("HANDOFF_TEST_TIMEOUT_SCALE", scale, 1);
            BOOST_CHECK_EXCEPTION(scaled(1s), std::invalid_argument,
                                  message_contains(std::string("is '") + scale + "'"));
        });
}

BOOST_AUTO_TEST_CASE(the_scale_multiplies_deadlines) {
    run_in_child([](Checkpoints&) {
        ::unsetenv("HANDOFF_TEST_TIMEOUT_SCALE");
        BOOST_TEST((scaled(2s) == 2s));
        BOOST_TEST((scaled(-1s) == 0s));
        ::setenv("HANDOFF_TEST_TIMEOUT_SCALE", "2.5", 1);
        BOOST_TEST((scaled(2s) == 5s));
        BOOST_TEST((scaled(std::chrono::nanoseconds::max()) > 24h), "a huge deadline wrapped around");
    });
}

BOOST_AUTO_TEST_CASE(a_state_that_never_comes_is_false_at_the_deadline) {
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(!eventually([] { return false; }, 30ms));
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 30ms));
}

BOOST_AUTO_TEST_CASE(a_state_that_comes_is_seen) {
    int looks = 0;
    BOOST_TEST(eventually([&] { return ++looks == 5; }));
    BOOST_TEST(looks == 5);
}

BOOST_AUTO_TEST_CASE(a_deadline_of_zero_still_looks_once) {
    BOOST_TEST(eventually([] { return true; }, 0s));
}

BOOST_AUTO_TEST_CASE(the_macros_name_what_did_not_come) {
    HANDOFF_CHECK_EVENTUALLY(std::max(1, 2) == 2);
    HANDOFF_REQUIRE_EVENTUALLY(true);

    const auto never = [](Checkpoints&) {
        ::setenv("HANDOFF_TEST_TIMEOUT_SCALE", "0.001", 1);
        HANDOFF_REQUIRE_EVENTUALLY(std::max(1, 2) == 3);
        throw std::logic_error("REQUIRE went on");
    };
    BOOST_CHECK_EXCEPTION(run_in_child(never), handoff::testing::ChildFailed, [](const auto& failed) {
        return message_contains("std::max(1, 2) == 3")(failed) && !message_contains("REQUIRE went on")(failed);
    });
}

BOOST_AUTO_TEST_SUITE_END()
