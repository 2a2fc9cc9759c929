// Two processes count past each other without locks.
#include "examples/fixture.hpp"

namespace taller_test {

using namespace examples_test;

Program contestant(const UniqueName& name, const std::string& me, const std::string& other, const std::string& goal,
                   const std::string& wait_s = "30") {
    return start("taller", name, {"--me", me, "--other", other, "--goal", goal, "--wait", wait_s});
}

std::uint64_t height_reported_by(Program& program, const std::string& me) {
    expect_good_end(program);
    BOOST_TEST_REQUIRE(program.output().starts_with(me + " "), program.output());
    return std::stoull(program.output().substr(me.size() + 1));
}

void expect_both_at(std::uint64_t goal, Program& ann, Program& bob) {
    const auto heights = std::minmax({height_reported_by(ann, "ann"), height_reported_by(bob, "bob")});
    BOOST_TEST(heights.second == goal);
    BOOST_TEST(heights.first + 1 >= goal);
}

}  // namespace taller_test

BOOST_AUTO_TEST_SUITE(taller_test)

BOOST_AUTO_TEST_CASE(invalid_arguments_are_refused_with_exit_code_2) {
    const UniqueName name("taller");
    expect_refusal("taller", name, {"--goal", "0"}, 2, "--help shows the options");
    expect_refusal("taller", name, {"--me", "ann", "--other", "ann"}, 2, "two people");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(alone_one_ends_with_exit_code_4) {
    const UniqueName name("taller");
    expect_refusal("taller", name, {"--wait", "0"}, 4, "'bob' does not answer");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(both_reach_the_goal) {
    const UniqueName name("taller");
    auto ann = contestant(name, "ann", "bob", "3000");
    auto bob = contestant(name, "bob", "ann", "3000");
    expect_both_at(3000, ann, bob);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(one_that_is_killed_again_and_again_comes_back_and_both_reach_the_goal) {
    const UniqueName name("taller");
    auto ann = contestant(name, "ann", "bob", "20000");
    for (int death = 0; death < 5; ++death) {
        auto bob = contestant(name, "bob", "ann", "1000000000");
        BOOST_TEST(!bob.ends_within(std::chrono::milliseconds(2)));
        bob.kill();
        if (!ann.is_running()) break;
    }
    auto bob = contestant(name, "bob", "ann", "20000");
    expect_good_end(ann);
    expect_good_end(bob);
    BOOST_TEST(height_reported_by(ann, "ann") >= 19'999u);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(ctrl_c_is_a_normal_end) {
    const UniqueName name("taller");
    auto ann = contestant(name, "ann", "bob", "10");
    HANDOFF_REQUIRE_EVENTUALLY(!name.left_behind().empty() || !ann.is_running());
    ann.signal(SIGTERM);
    BOOST_TEST(height_reported_by(ann, "ann") == 1u);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
