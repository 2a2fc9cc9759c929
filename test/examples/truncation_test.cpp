// The examples when another process truncates their segment: a message and an exit code, no death by SIGBUS.
#include <handoff/inspect.hpp>

#include "examples/fixture.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

namespace truncation {

using namespace examples_test;
using namespace std::chrono_literals;

/// When both sides take part.
void cut(const UniqueName& name) {
    BOOST_TEST_REQUIRE(handoff::testing::eventually([&] {
        return !handoff::inspect::find(name.str()).empty() &&
               handoff::inspect::Observer(name).report().participants.size() >= 2;
    }));
    std::filesystem::resize_file("/dev/shm/handoff." + name.str(), 0);
}

/// image_service is built where OpenCV is.
boost::test_tools::assertion_result has_opencv(boost::unit_test::test_unit_id) {
    return std::filesystem::exists(HANDOFF_BIN_DIR "/examples/image_service_server");
}

void check_truncated(Program& program) {
    const auto exit = program.wait(30s);
    BOOST_TEST(exit.signal == 0, exit.text());
    BOOST_TEST(exit.code == 1, exit.text() + ": " + program.errors());
    BOOST_TEST(program.errors().find("cut short") != std::string::npos, program.errors());
}

}  // namespace truncation

BOOST_AUTO_TEST_SUITE(truncation)

BOOST_AUTO_TEST_CASE(shared_float) {
    const UniqueName name("cut-float");
    Program writer = start("shared_float_writer", name, {"--interval", "1"});
    Program reader = start("shared_float_reader", name);
    reader.wait_for_output("\n");
    cut(name);
    check_truncated(writer);
    check_truncated(reader);
}

BOOST_AUTO_TEST_CASE(spooler) {
    const UniqueName name("cut-spooler");
    const Folder folder;
    Program server = start("spooler_server", name, {"--log", folder / "log"});
    std::string lines;
    for (int line = 0; line < 200'000; ++line) lines += "a line\n";
    Program client = start("spooler_client", name, {"--verbose"}, {.input = lines});
    client.wait_for_output("\n");
    cut(name);
    check_truncated(server);
    check_truncated(client);
}

BOOST_AUTO_TEST_CASE(asio_loop) {
    const UniqueName name("cut-asio");
    Program server = start("asio_loop_server", name);
    Program client = start("asio_loop_client", name, {"--count", "1000000000"});
    server.wait_for_output("\n");
    cut(name);
    check_truncated(client);
    check_truncated(server);
}

BOOST_AUTO_TEST_CASE(video_wall) {
    const UniqueName name("cut-wall");
    Program writer = start("video_wall_writer", name);
    Program reader = start("video_wall_reader", name);
    cut(name);
    check_truncated(writer);
    check_truncated(reader);
}

BOOST_AUTO_TEST_CASE(image_service, *boost::unit_test::precondition(has_opencv)) {
    const UniqueName name("cut-images");
    Program server = start("image_service_server", name);
    Program client = start("image_service_client", name, {"--count", "1000000000"});
    cut(name);
    check_truncated(client);
    check_truncated(server);
}

BOOST_AUTO_TEST_SUITE_END()
