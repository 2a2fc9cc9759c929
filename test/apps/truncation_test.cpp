// The programs when somebody cuts their segment short: a sentence and an exit code, no death by SIGBUS.
#include "apps/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <string>

using namespace apps_test;
using namespace std::chrono_literals;
using handoff::testing::Program;
using handoff::testing::UniqueName;

namespace {

std::string segment_of(const UniqueName& name) {
    return "/dev/shm/handoff." + name.str();
}

void check_told(Program& program) {
    const auto exit = program.wait(30s);
    BOOST_TEST(exit.signal == 0, exit.text());
    BOOST_TEST(exit.code == 1, exit.text());
    BOOST_TEST(program.errors().find("cut short") != std::string::npos, program.errors());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(truncation)

BOOST_AUTO_TEST_CASE(sender_and_receiver_in_full_traffic) {
    const UniqueName name("cut");
    const Folder folder;
    Program worker = receiver({"--channel", name.str(), "--stay"});
    Program feeder = sender({"--channel", name.str(), "--pattern", "640x480", "--save", folder.str()});
    BOOST_TEST_REQUIRE(handoff::testing::eventually([&] { return folder.files().size() > 3; }));
    std::filesystem::resize_file(segment_of(name), 0);
    check_told(feeder);
    check_told(worker);
}

BOOST_AUTO_TEST_CASE(a_receiver_that_waits) {
    const UniqueName name("cut-idle");
    Program feeder = sender({"--channel", name.str(), "--pattern", "64x48", "--count", "1000000000", "--quiet"});
    BOOST_TEST_REQUIRE(handoff::testing::eventually([&] { return std::filesystem::exists(segment_of(name)); }));
    Program worker = receiver({"--channel", name.str(), "--stay"});
    std::filesystem::resize_file(segment_of(name), 0);
    check_told(feeder);
    check_told(worker);
}

BOOST_AUTO_TEST_SUITE_END()
