// Examples whose stdout is closed, full or without a reader, and whose files may not grow: a message and an exit code,
// no death by a signal, no endless work without output.
#include "testing/streams.hpp"
#include "examples/fixture.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace streams {

using namespace examples_test;
using namespace handoff::test;
using namespace std::chrono_literals;

const std::vector<Streams> refusing{unread, full_disk, closed_stdout};

Program start_with_streams(const Streams& streams, const std::string& program, std::vector<std::string> arguments,
                           const std::string& input = "") {
    return start_with(streams, HANDOFF_BIN_DIR "/examples/" + program, arguments, {.input = input});
}

void check_failed(Program& program, const std::string& words = "cannot write to stdout") {
    const auto exit = program.wait(30s);
    BOOST_TEST((exit.signal == 0 && exit.code == 1), exit.text() << ": " << program.errors());
    BOOST_TEST(program.errors().find(words) != std::string::npos, program.errors());
}

}  // namespace streams

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(who_prints_for_ever_ends_when_stdout_takes_nothing) {
    for (const Streams& streams : refusing) {
        const UniqueName name("streams");
        Program writer = start("shared_float_writer", name, {"--interval", "1"});
        HANDOFF_CHECK_EVENTUALLY(!name.left_behind().empty());
        Program reader = start_with_streams(streams, "shared_float_reader", {"--name", name.str()});
        check_failed(reader);
        end(writer);
        Program server = start_with_streams(streams, "asio_loop_server", {"--name", name.str(), "--interval", "5"});
        check_failed(server);
        BOOST_TEST(name.left_behind().empty());
    }
}

BOOST_AUTO_TEST_CASE(help_that_nobody_can_read_is_a_failure) {
    std::vector<std::string> programs;
    for (const auto& entry : std::filesystem::directory_iterator(HANDOFF_BIN_DIR "/examples"))
        programs.push_back(entry.path().filename().string());
    BOOST_TEST(programs.size() >= 10U);
    for (const std::string& program : programs) {
        BOOST_TEST_CONTEXT(program) {
            for (const Streams& streams : refusing) {
                Program asked = start_with_streams(streams, program, {"--help"});
                check_failed(asked);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_log_that_may_not_grow_is_told_and_the_line_is_not_confirmed) {
    const UniqueName name("streams");
    const Folder folder;
    const std::string log = folder / "log";
    Program client = start("spooler_client", name, {"--verbose"}, {.input = std::string(1000, 'x') + "\n"});
    HANDOFF_CHECK_EVENTUALLY(!name.left_behind().empty());  // the server may not make a segment: too large a file
    Program server = start_with_streams({"ulimit -f 1;", ""}, "spooler_server", {"--name", name.str(), "--log", log});
    check_failed(server, "cannot write to the log file");
    BOOST_TEST(client.output().empty());
    Program another = start("spooler_server", name, {"--log", log});
    expect_good_end(client);
    BOOST_TEST(client.output().find("logged xxx") == 0U);
    end(another);
}

BOOST_AUTO_TEST_CASE(words_do_not_land_in_a_log_that_got_the_number_of_a_closed_stream) {
    const UniqueName name("streams");
    const Folder folder;
    const std::string log = folder / "log";
    Program server = start_with_streams(all_closed, "spooler_server", {"--name", name.str(), "--log", log});
    Program client = start("spooler_client", name, {}, {.input = "the line\n"});
    expect_good_end(client);
    end(server);
    std::ifstream file(log, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 1);
    BOOST_TEST(text.ends_with(" the line\n"), text);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_the_wait_for_a_line) {
    const UniqueName name("streams");
    const Folder folder;
    BOOST_TEST_REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    Program client =
        start_with_streams({"", "<>'" + (folder / "pipe") + "'"}, "spooler_client", {"--name", name.str()});
    HANDOFF_CHECK_EVENTUALLY(!name.left_behind().empty());
    end(client);
    BOOST_TEST(client.errors().ends_with("0 lines logged, 0 refused\n"), client.errors());
}

BOOST_AUTO_TEST_CASE(the_classic_handshake_prints_nothing_into_its_memory) {
    const UniqueName name("streams");
    const std::string memory = "handoff." + name.str();  // so that UniqueName removes it
    const std::vector<std::string> arguments{"--name", memory, "--count", "20"};
    Program sender = start_with_streams(all_closed, "classic_handshake_sender", arguments);
    Program receiver = start_with_streams({"", ""}, "classic_handshake_receiver", arguments);
    const auto exit = receiver.wait(30s);
    BOOST_TEST(exit.ok(), exit.text() + ": " + receiver.errors());
    BOOST_TEST(receiver.output().find("checksums right") != std::string::npos, receiver.output());
    check_failed(sender, "");
}

BOOST_AUTO_TEST_SUITE_END()
