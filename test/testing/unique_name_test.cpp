#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

namespace unique_name_test {

using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::UniqueName;

std::string segment_of(std::string_view name) {
    return "/dev/shm/handoff." + std::string(name);
}

void make_files(std::string_view name) {
    std::ofstream(segment_of(name)) << "segment";
    std::ofstream(segment_of(name) + ".lock") << "lock";
}

bool exists(const std::string& path) {
    return std::filesystem::exists(path);
}

}  // namespace unique_name_test

BOOST_AUTO_TEST_SUITE(unique_name_test)

BOOST_AUTO_TEST_CASE(two_names_are_never_the_same) {
    const UniqueName one("same");
    const UniqueName other("same");
    BOOST_TEST(one.str() != other.str());
    BOOST_TEST(one.str().ends_with(".same"));
}

BOOST_AUTO_TEST_CASE(any_label_makes_a_name_that_a_channel_accepts) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (const std::string& label : {std::string("a/b c.lock"), std::string(), std::string(5000, 'x')}) {
        const UniqueName name(label);
        BOOST_TEST(name.str().size() <= 200u);
        BOOST_TEST(name.str().find_first_not_of(allowed) == std::string::npos, name);
        BOOST_TEST(!name.str().ends_with(".lock"));
    }
}

BOOST_AUTO_TEST_CASE(what_is_left_behind_is_told_and_then_removed) {
    std::string segment;
    {
        const UniqueName name("leaves-files");
        segment = segment_of(name);
        BOOST_TEST(name.left_behind().empty());
        make_files(name);
        const std::vector<std::string> expected{segment, segment + ".lock"};
        BOOST_TEST(name.left_behind() == expected, boost::test_tools::per_element());
    }
    BOOST_TEST(!exists(segment));
    BOOST_TEST(!exists(segment + ".lock"));
}

BOOST_AUTO_TEST_CASE(an_exception_removes_the_files) {
    std::string segment;
    try {
        const UniqueName name("exception");
        segment = segment_of(name);
        make_files(name);
        throw std::runtime_error("the test failed");
    } catch (const std::runtime_error&) {
    }
    BOOST_TEST(!segment.empty());
    BOOST_TEST(!exists(segment));
    BOOST_TEST(!exists(segment + ".lock"));
}

BOOST_AUTO_TEST_CASE(files_of_others_are_left_alone) {
    const UniqueName mine("mine");
    const UniqueName other("other");
    make_files(other);
    { const UniqueName next("next"); }
    BOOST_TEST(mine.left_behind().empty());
    BOOST_TEST(other.left_behind().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_copy_in_a_forked_child_removes_nothing) {
    auto name = std::make_unique<UniqueName>("forked");
    make_files(*name);
    handoff::testing::run_in_child([&](Checkpoints&) { name.reset(); });
    BOOST_TEST(name->left_behind().size() == 2u);
}

BOOST_AUTO_TEST_CASE(names_of_killed_tests_are_removed_by_the_next_name) {
    Child test([](Checkpoints& checkpoints) {
        const UniqueName name("killed");
        make_files(name);
        checkpoints.report(name.str());
        checkpoints.stop_at("made");
    });
    test.wait_for("made");
    const std::string segment = segment_of(test.next_line());
    { const UniqueName next("next"); }
    BOOST_TEST(exists(segment), "the files of a test that still runs were removed");
    test.kill();
    BOOST_TEST(exists(segment));
    { const UniqueName next("next"); }
    BOOST_TEST(!exists(segment));
    BOOST_TEST(!exists(segment + ".lock"));
}

BOOST_AUTO_TEST_SUITE_END()
