// A program of the tool that has nothing to do sleeps, and a stop wakes it.
#include "tool/record_play_fixture.hpp"
#include "tool/socket.hpp"
#include "tool/tool.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <thread>

namespace idle {

using namespace tool_test;
using recording_test::Folder;

/// How often the threads of a process have fallen asleep so far.
std::uint64_t sleeps_of(const Program& program) {
    std::uint64_t sleeps = 0;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(program.pid()) + "/task")) {
        std::ifstream status(thread.path() / "status");
        for (std::string word; status >> word;)
            if (std::uint64_t count = 0; word == "voluntary_ctxt_switches:" && status >> count) sleeps += count;
    }
    return sleeps;
}

/// Of three seconds, which other programs may disturb, one is quiet. Slices of 100 ms would be 10 sleeps.
void check_sleeps_on(const Program& program) {
    std::uint64_t least = UINT64_MAX;
    for (int attempt = 0; attempt < 3 && least > 4; ++attempt) {
        const std::uint64_t before = sleeps_of(program);
        std::this_thread::sleep_for(1s);
        least = std::min(least, sleeps_of(program) - before);
    }
    BOOST_TEST(least <= 4U);
}

std::uint16_t port_of(Program& server) {
    server.wait_for_errors("/metrics\n");
    const std::string told = server.errors();
    return static_cast<std::uint16_t>(std::stoi(told.substr(told.find("127.0.0.1:") + 10)));
}

const std::string request = "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";

}  // namespace idle

BOOST_AUTO_TEST_SUITE(idle)

BOOST_AUTO_TEST_CASE(a_server_that_nobody_asks_sleeps_until_it_is_stopped) {
    Program server = tool({"metrics", "--listen", "127.0.0.1:0"});
    BOOST_TEST(ask(port_of(server), request).starts_with("HTTP/1.1 200"));
    check_sleeps_on(server);
    server.signal(SIGTERM);
    BOOST_TEST(server.wait(soon).ok());
}

BOOST_AUTO_TEST_CASE(a_server_without_descriptors_accepts_again_when_it_has_some) {
    Program server("/bin/sh", {"-c", "ulimit -n 20; exec " HANDOFF_BIN_DIR "/handoff metrics --listen 127.0.0.1:0"});
    const std::uint16_t port = port_of(server);
    std::vector<std::unique_ptr<Connection>> silent;
    for (int i = 0; i < 40; ++i) silent.push_back(std::make_unique<Connection>(port));
    const std::string files = "/proc/" + std::to_string(server.pid()) + "/fd/";
    const auto is_open = [&](int file) { return std::filesystem::is_symlink(files + std::to_string(file)); };
    const auto all = std::views::iota(0, 20);  // higher ones may have come from whoever runs this test
    HANDOFF_REQUIRE_EVENTUALLY(std::ranges::all_of(all, is_open));
    std::this_thread::sleep_for(200ms);  // it fails once more
    silent.clear();
    const auto answers = [&] {
        try {
            return ask(port, request).starts_with("HTTP/1.1 200");
        } catch (const std::runtime_error&) {  // the others are not all closed yet
            return false;
        }
    };
    HANDOFF_REQUIRE_EVENTUALLY(answers());
    server.signal(SIGINT);
    BOOST_TEST(server.wait(soon).ok());
}

BOOST_AUTO_TEST_CASE(a_player_sleeps_until_the_next_message_is_due) {
    const Folder folder;
    const UniqueName name("hour");
    const auto channel = recording_test::plain_channel(name.str());
    recording_test::write_recording(
        folder / "hour.mcap",
        {{channel, {0, 1, 1, 1}, {}}, {channel, {0, 2, 3'600'000'000'001, 3'600'000'000'001}, {}}});
    Program player = tool({"play", folder / "hour.mcap", "--quiet"});
    auto subscriber = recording_test::subscriber_of(name.str());
    BOOST_TEST_REQUIRE(subscriber.next(soon).has_value());
    check_sleeps_on(player);
    player.signal(SIGINT);
    BOOST_TEST(player.wait(soon).ok());
}

BOOST_AUTO_TEST_CASE(recv_waits_for_a_segment_of_any_kind) {
    for (const char* kind : {"channel", "topic", "latest"}) {
        const UniqueName name(kind);
        Program receiving = tool({"recv", name.str(), "--count", "1", "--timeout", "1h"});
        receiving.wait_for_errors("waiting for '" + name.str() + "' to be created");
        output_of({"send", name.str(), "--kind", kind, "--persistent"}, 0, "there");
        BOOST_TEST(receiving.wait(soon).ok(), receiving.errors());
        BOOST_TEST(receiving.output() == "there");
        words_of({"rm", name.str(), "--force"}, 0);
    }
}

BOOST_AUTO_TEST_CASE(recv_that_waits_for_a_segment_ends_when_it_is_told_to) {
    const UniqueName name;
    Program receiving = tool({"recv", name.str(), "--timeout", "1h"});
    receiving.wait_for_errors("waiting for");
    receiving.signal(SIGINT);
    BOOST_TEST(receiving.wait(soon).ok(), receiving.errors());
}

BOOST_AUTO_TEST_SUITE_END()
