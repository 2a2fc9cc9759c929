// The programs when another process truncates their segment: a message and an exit code, no death by SIGBUS.
#include "apps/fixture.hpp"

#include <handoff/inspect.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

namespace truncation {

using namespace apps_test;
using namespace std::chrono_literals;
using handoff::testing::Program;
using handoff::testing::UniqueName;

/// When messages have gone through it.
void cut(const UniqueName& name) {
    BOOST_TEST_REQUIRE(handoff::testing::eventually([&] {
        if (handoff::inspect::find(name.str()).empty()) return false;
        const auto everybody = handoff::inspect::Observer(name).report().participants;
        return everybody.size() >= 2 &&
               std::ranges::all_of(everybody, [](const auto& one) { return one.messages > 3; });
    }));
    std::filesystem::resize_file("/dev/shm/handoff." + name.str(), 0);
}

void check_truncated(Program& program) {
    const auto exit = program.wait(30s);
    BOOST_TEST(exit.signal == 0, exit.text());
    BOOST_TEST(exit.code == 1, exit.text());
    BOOST_TEST(program.errors().find("cut short") != std::string::npos, program.errors());
}

}  // namespace truncation

BOOST_AUTO_TEST_SUITE(truncation)

BOOST_AUTO_TEST_CASE(a_channel_in_full_traffic) {
    const UniqueName name("cut");
    Program worker = receiver({"--channel", name.str(), "--stay"});
    Program feeder = sender({"--channel", name.str(), "--pattern", "640x480", "--quiet"});
    cut(name);
    check_truncated(feeder);
    check_truncated(worker);
}

BOOST_AUTO_TEST_SUITE_END()
