// What goes wrong in a child reaches its parent.
#include <handoff/testing.hpp>

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace child_failure_test {

using namespace std::chrono_literals;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::ChildFailed;
using handoff::testing::DeadlinePassed;
using handoff::testing::Exit;
using handoff::testing::run_in_child;

void expect_failure(const Child::Function& function, std::initializer_list<std::string> texts, Exit exit = {1, 0}) {
    try {
        run_in_child(function);
    } catch (const ChildFailed& failed) {
        const std::string sentence = failed.what();
        for (const auto& text : texts)
            BOOST_TEST(sentence.find(text) != std::string::npos, "'" << text << "' is missing in: " << sentence);
        BOOST_TEST((failed.exit() == exit), sentence);
        return;
    }
    BOOST_ERROR("the failure did not reach the parent");
}

void crash() {
    ::raise(SIGSEGV);
}

}  // namespace child_failure_test

BOOST_AUTO_TEST_SUITE(child_failure_test)

BOOST_AUTO_TEST_CASE(a_child_in_which_all_is_well_makes_no_failure) {
    run_in_child([](Checkpoints&) { BOOST_TEST(1 + 1 == 2); });
}

BOOST_AUTO_TEST_CASE(failed_checks_arrive_with_file_values_and_context) {
    expect_failure(
        [](Checkpoints&) {
            BOOST_TEST_CONTEXT("round " << 7) {
                const int slots = 3;
                BOOST_TEST(slots == 8);
            }
            BOOST_CHECK_MESSAGE(false, "the second failure");
        },
        {"child_failure_test.cpp(", "slots == 8", "[3 != 8]", "round 7", "the second failure"});
}

BOOST_AUTO_TEST_CASE(a_failed_require_ends_the_child) {
    expect_failure(
        [](Checkpoints& checkpoints) {
            BOOST_TEST_REQUIRE(2 == 3);
            checkpoints.reach("beyond the require");
        },
        {"[2 != 3]", "reached no point"});
}

BOOST_AUTO_TEST_CASE(an_uncaught_exception_arrives_with_type_and_text) {
    expect_failure([](Checkpoints&) { throw std::out_of_range("slot 9 of 8"); }, {"std::out_of_range", "slot 9 of 8"});
    expect_failure([](Checkpoints&) { throw 42; }, {"no std::exception"});
}

BOOST_AUTO_TEST_CASE(a_death_by_signal_arrives_with_the_points_before_it) {
    expect_failure(
        [](Checkpoints& checkpoints) {
            checkpoints.reach("first");
            checkpoints.reach("second");
            crash();
        },
        {"signal 11", "first, second"}, {0, SIGSEGV});
    expect_failure([](Checkpoints&) { std::abort(); }, {"signal 6"}, {0, SIGABRT});
}

BOOST_AUTO_TEST_CASE(leaving_half_way_is_a_failure) {
    expect_failure([](Checkpoints&) { ::_exit(0); }, {"before its function returned"}, {0, 0});
    expect_failure([](Checkpoints&) { ::_exit(3); }, {"exit code 3"}, {3, 0});
}

BOOST_AUTO_TEST_CASE(a_failure_before_the_kill_is_not_hidden_by_it) {
    Child child([](Checkpoints& checkpoints) {
        BOOST_CHECK_MESSAGE(false, "wrong before");
        checkpoints.stop_at("here");
    });
    child.wait_for("here");
    BOOST_CHECK_EXCEPTION(child.kill(), ChildFailed, [](const ChildFailed& failed) {
        return failed.exit().signal == SIGKILL && std::string(failed.what()).find("wrong before") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(killing_a_child_that_crashed_by_itself_says_so) {
    Child child([](Checkpoints&) { crash(); });
    BOOST_TEST(child.ends_within(10s));
    BOOST_CHECK_EXCEPTION(child.kill(), ChildFailed,
                          [](const auto& failed) { return failed.exit().signal == SIGSEGV; });
}

BOOST_AUTO_TEST_CASE(waiting_for_a_point_of_a_child_that_fails_says_why) {
    Child child([](Checkpoints&) { throw std::runtime_error("no such channel"); });
    BOOST_CHECK_EXCEPTION(child.wait_for("attached", 60s), ChildFailed, [](const auto& failed) {
        const std::string sentence = failed.what();
        return sentence.find("reached \"attached\"") != std::string::npos &&
               sentence.find("no such channel") != std::string::npos;
    });
}

// The parent is a child here, so that its failure can be looked at.
BOOST_AUTO_TEST_CASE(a_failure_that_nobody_waits_for_fails_the_test_case) {
    expect_failure(
        [](Checkpoints&) {
            Child forgotten([](Checkpoints&) { throw std::runtime_error("unseen"); });
            BOOST_TEST(forgotten.ends_within(10s));
        },
        {"it was not waited for", "unseen"});
}

BOOST_AUTO_TEST_CASE(the_child_leaves_log_results_and_exit_handlers_of_the_parent_alone) {
    static int owner = 0;
    owner = ::getpid();
    static int handler_ran[2];
    BOOST_TEST_REQUIRE(::pipe(handler_ran) == 0);
    std::atexit([] {
        if (::getpid() != owner) [[maybe_unused]]
            const auto told = ::write(handler_ran[1], "!", 1);
    });
    BOOST_CHECK_THROW(run_in_child([](Checkpoints&) { BOOST_TEST(false); }), ChildFailed);
    ::close(handler_ran[1]);
    char byte = 0;
    BOOST_TEST(::read(handler_ran[0], &byte, 1) == 0, "an atexit handler ran in the child");
    ::close(handler_ran[0]);
    BOOST_TEST(boost::unit_test::results_collector.results(boost::unit_test::framework::current_test_case_id())
                   .p_assertions_failed == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
