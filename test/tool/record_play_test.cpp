// `handoff record` and `handoff play`, as programs.
#include "mcap/writer.hpp"
#include "tool/record_play_fixture.hpp"

#include <handoff/channel.hpp>
#include <handoff/inspect.hpp>
#include <handoff/latest.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

BOOST_AUTO_TEST_SUITE(record_play)

using namespace std::chrono_literals;
using namespace recording_test;
using handoff::testing::UniqueName;

BOOST_AUTO_TEST_CASE(what_is_recorded_and_played_is_byte_for_byte_the_same) {
    const Folder folder;
    const UniqueName name("record"), copy("again"), state("record");
    const auto published = frames(500, 1);
    handoff::Publisher publisher(name, roomy());
    handoff::LatestBytes latest(state, {.capacity_bytes = 100});

    auto recorder = handoff_program({"record", name.str(), state.str(), "-o", folder / "film.mcap", "--json"});
    wait_until_recorded(recorder, name);
    wait_until_recorded(recorder, state);
    for (const Frame& frame : published) publish(publisher, frame);
    const auto value = noise(77, 1);
    (void)latest.write(value).value();
    interrupt(recorder);
    BOOST_TEST(number(recorder, "messages") == 501u);
    BOOST_TEST(number(recorder, "lost") == 0u);

    const ReadBack recording = read_recording(folder / "film.mcap");
    BOOST_TEST(recording.cut_off == "");
    BOOST_TEST((frames_in(recording, name.str()) == published));
    BOOST_TEST((frames_in(recording, state.str()) == std::vector<Frame>{{{}, value}}));

    auto player = handoff_program({"play", folder / "film.mcap", "--rate", "0", "--only", name.str(), "--prefix",
                                   copy.str() + "-", "--wait-subscriber"});
    const std::string played_into = copy.str() + "-" + name.str();
    auto subscriber = subscriber_of(played_into);
    const auto played = collect(subscriber, published.size());
    require_exit(player, 0);
    BOOST_TEST((played == published));
    BOOST_TEST(subscriber.info().history == *roomy().history);
    BOOST_TEST(subscriber.info().payload_bytes == *roomy().payload_bytes);
}

BOOST_AUTO_TEST_CASE(a_latest_value_is_played_into_a_latest_value) {
    const Folder folder;
    const UniqueName state("state");
    const auto value = noise(77, 1);
    {
        handoff::LatestBytes latest(state, {.capacity_bytes = 100});
        (void)latest.write(value).value();
        auto recorder = handoff_program({"record", state.str(), "-o", folder / "state.mcap", "--count", "1"});
        require_exit(recorder, 0);
    }
    auto player = handoff_program({"play", folder / "state.mcap", "--loop"});
    handoff::LatestBytes latest(state, {.attach_timeout = handoff::testing::default_timeout});
    std::vector<std::byte> buffer(100);
    const auto reading = latest.wait_newer(buffer, handoff::testing::default_timeout);
    BOOST_REQUIRE(reading);
    buffer.resize(reading->size);
    BOOST_TEST((buffer == value));
    interrupt(player);
}

BOOST_AUTO_TEST_CASE(what_appears_later_is_recorded_from_its_first_message) {
    const Folder folder;
    const UniqueName name("later");
    auto recorder = handoff_program({"record", name.str() + "*", "-o", folder / "later.mcap", "--json"});
    recorder.wait_for_errors("waiting");
    std::vector<Frame> published;
    std::size_t bytes = 0;
    for (const std::uint32_t round : {1u, 2u}) {  // the second time another segment has the name
        handoff::Publisher publisher(name, {.history = 64, .payload_bytes = largest_frame});
        for (const Frame& frame : frames(30, round)) {
            publish(publisher, frame);
            published.push_back(frame);
            bytes += frame.payload.size();
        }
        wait_until_recorded(recorder, name);
        HANDOFF_REQUIRE_EVENTUALLY(folder.partial_bytes() > bytes);
    }
    interrupt(recorder);
    BOOST_TEST(number(recorder, "messages") == published.size());
    BOOST_TEST(number(recorder, "lost") == 0u);
    const ReadBack recording = read_recording(folder / "later.mcap");
    BOOST_TEST((frames_in(recording, name.str()) == published));
    BOOST_REQUIRE_EQUAL(recording.entries.size(), 60u);
    BOOST_TEST(recording.entries[30].head.sequence == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_removed_while_the_recorder_sleeps_is_recorded_to_its_end) {
    const Folder folder;
    const UniqueName name("removed");
    const auto published = frames(30, 5);
    handoff::Publisher publisher(name, roomy());
    auto recorder = handoff_program({"record", name.str(), "-o", folder / "removed.mcap"});
    wait_until_recorded(recorder, name);
    recorder.stop();
    std::size_t bytes = 0;
    for (const Frame& frame : published) {
        publish(publisher, frame);
        bytes += frame.payload.size();
    }
    handoff::inspect::remove(name.str(), true).value();
    std::this_thread::sleep_for(50ms);  // so that it first checks which segments are gone
    recorder.resume();
    HANDOFF_CHECK_EVENTUALLY(folder.partial_bytes() > bytes);
    interrupt(recorder);
    BOOST_TEST((frames_in(read_recording(folder / "removed.mcap"), name.str()) == published));
}

BOOST_AUTO_TEST_CASE(every_loss_is_counted) {
    const Folder folder;
    const UniqueName name("losses");
    handoff::Publisher publisher(name, {.history = 8, .payload_bytes = 64});
    publish(publisher, {{}, noise(8, 1)});
    auto recorder = handoff_program({"record", name.str(), "-o", folder / "losses.mcap", "--json", "--strict"});
    HANDOFF_REQUIRE_EVENTUALLY(folder.partial_bytes() > 200);
    recorder.stop();
    for (std::uint32_t i = 0; i < 100; ++i) publish(publisher, {{}, noise(8, i)});
    recorder.resume();
    interrupt(recorder, 5);
    BOOST_TEST(number(recorder, "messages") == 9u);
    BOOST_TEST(number(recorder, "lost") == 92u);
    BOOST_TEST(prints(recorder, "lost of " + name.str() + ": 92 of 101"));
    const auto bytes = read_file(folder / "losses.mcap");
    const std::string key = "lost." + name.str() + std::string("\2\0\0\0", 4) + "92";
    BOOST_TEST(place_of(std::as_bytes(std::span(key)), bytes) > 0u);
}

BOOST_AUTO_TEST_CASE(a_recording_whose_recorder_was_killed_is_readable) {
    const Folder folder;
    const UniqueName name("killed");
    handoff::Publisher publisher(name, {.history = 64, .payload_bytes = 50'000});
    auto recorder = handoff_program({"record", name.str(), "-o", folder / "killed.mcap"});
    wait_until_recorded(recorder, name);
    const std::string path = folder.partial();

    std::atomic<bool> stop = false;
    std::atomic<std::uint32_t> sent = 0;
    std::thread publishing([&] {
        for (; !stop; ++sent) {
            publish(publisher, {{}, noise(40'000, sent)});
            std::this_thread::sleep_for(1ms);
        }
    });
    const bool has_grown = handoff::testing::eventually([&] { return std::filesystem::file_size(path) > 10'000'000; });
    recorder.kill();
    const std::uint32_t sent_at_kill = sent;
    const bool goes_on = handoff::testing::eventually([&] { return sent > sent_at_kill + 10; });
    stop = true;
    publishing.join();
    BOOST_TEST(has_grown);
    BOOST_TEST(goes_on);

    const ReadBack recording = read_recording(path);
    BOOST_TEST(recording.cut_off.find("was cut off after byte") != std::string::npos);
    BOOST_TEST(recording.problems.empty());
    BOOST_TEST(recording.entries.size() > 100u);
    for (const Entry& entry : recording.entries)
        BOOST_TEST_REQUIRE((entry.data == noise(40'000, entry.head.sequence - 1)));

    auto player = handoff_program({"play", path, "--rate", "0", "--prefix", name.str() + "-"});
    require_exit(player, 0);
    BOOST_TEST(prints(player, "was cut off after byte"));
    BOOST_TEST(prints(player, std::to_string(recording.entries.size()) + " messages of 1 segment played"));
}

BOOST_AUTO_TEST_CASE(a_channel_is_refused_by_name_and_left_out_by_pattern) {
    const Folder folder;
    const UniqueName name("channel");
    handoff::Sender sender(name, {.slot_count = 2, .payload_bytes = 64});
    auto by_name = handoff_program({"record", name.str(), "-o", folder / "channel.mcap"});
    require_exit(by_name, 1);
    BOOST_TEST(prints(by_name, "its messages belong to its receivers. Publish them on a topic to record them"));
    BOOST_TEST(!std::filesystem::exists(folder / "channel.mcap"));

    auto by_pattern = handoff_program({"record", name.str() + "*", "-o", folder / "channel.mcap", "--duration", "1ms"});
    require_exit(by_pattern, 4);
    BOOST_TEST(prints(by_pattern, "left out: '" + name.str() + "' is a channel"));
}

BOOST_AUTO_TEST_CASE(what_is_excluded_is_left_out) {
    const Folder folder;
    const UniqueName base("choice");
    std::vector<handoff::Publisher> publishers;
    for (const std::string part : {"-left", "-right", "-raw-left", "-raw-right"}) {
        publishers.emplace_back(base.str() + part, roomy());
        publish(publishers.back(), frames(1, 1).front());
    }
    auto recorder = handoff_program({"record", base.str() + "*", "--exclude", "*-raw-*", "--exclude", "*-right", "-o",
                                     folder / "choice.mcap", "--count", "1"});
    require_exit(recorder, 0);
    std::set<std::string> recorded;
    for (const Entry& entry : read_recording(folder / "choice.mcap").entries) recorded.insert(entry.channel.topic);
    BOOST_TEST((recorded == std::set<std::string>{base.str() + "-left"}));
    BOOST_TEST(!prints(recorder, "raw"));
}

BOOST_AUTO_TEST_CASE(a_file_that_exists_is_replaced_only_with_force) {
    const Folder folder;
    write_file(folder / "there.mcap", noise(100, 1));
    auto refused = handoff_program({"record", "handoff-test-nobody-*", "-o", folder / "there.mcap"});
    require_exit(refused, 1);
    BOOST_TEST(prints(refused, "--force"));
    BOOST_TEST((read_file(folder / "there.mcap") == noise(100, 1)));
    auto forced = handoff_program(
        {"record", "handoff-test-nobody-*", "-o", folder / "there.mcap", "--force", "--duration", "10ms"});
    require_exit(forced, 4);
    BOOST_TEST(prints(forced, "nothing was recorded"));
    BOOST_TEST(read_recording(folder / "there.mcap").cut_off == "");
}

BOOST_AUTO_TEST_CASE(options_that_make_no_sense_are_usage_errors) {
    const Folder folder;
    const std::string file = folder / "x.mcap";
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"record", "x"},
                                                      {"record", "-o", file},
                                                      {"record", "x", "-o", file, "--split", "soon"},
                                                      {"record", "x", "-o", file, "--split", "0"},
                                                      {"record", "x", "-o", file, "--duration", "5"},
                                                      {"record", "x", "-o", file, "--count", "0"},
                                                      {"play"},
                                                      {"play", file, "--rate", "-1"},
                                                      {"play", file, "--history", "0"}}) {
        auto program = handoff_program(arguments);
        require_exit(program, 2);
    }
    BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_CASE(a_split_recording_is_whole_in_its_files) {
    const Folder folder;
    const UniqueName name("split");
    const auto published = frames(200, 3);
    handoff::Publisher publisher(name, roomy());
    auto recorder = handoff_program({"record", name.str(), "-o", folder / "film.mcap", "--split", "50k", "--json"});
    wait_until_recorded(recorder, name);
    for (const Frame& frame : published) publish(publisher, frame);
    interrupt(recorder);
    const std::uint64_t files = number(recorder, "files");
    BOOST_TEST_REQUIRE(files > 2u);
    BOOST_TEST_REQUIRE(files < 10u);
    std::vector<Frame> recorded;
    for (std::uint64_t i = 1; i <= files; ++i) {
        const ReadBack part = read_recording(folder / ("film-00" + std::to_string(i) + ".mcap"));
        BOOST_TEST(part.cut_off == "");
        const auto more = frames_in(part, name.str());
        BOOST_TEST(!more.empty());
        recorded.insert(recorded.end(), more.begin(), more.end());
    }
    BOOST_TEST((recorded == published));
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_said_and_what_was_written_is_whole) {
    const Folder folder;
    const UniqueName name("full");
    handoff::Publisher publisher(name, roomy());
    const std::string path = folder / "full.mcap";
    const std::string program = HANDOFF_BIN_DIR "/handoff";
    const std::string script = "ulimit -f 400; exec \"$0\" record \"$1\" -o \"$2\"";
    Program recorder("/bin/sh", {"-c", script, program, name.str(), path});
    wait_until_recorded(recorder, name);
    const auto published = frames(500, 4);
    for (std::size_t i = 0; i < 20'000 && recorder.is_running(); ++i) {
        publish(publisher, published[i % published.size()]);
        std::this_thread::sleep_for(1ms);
    }
    require_exit(recorder, 1);
    BOOST_TEST(prints(recorder, "cannot write " + path + ": File too large"));
    const ReadBack recording = read_recording(path);
    BOOST_TEST(recording.problems.empty());
    BOOST_TEST(recording.cut_off == "");
    BOOST_TEST(prints(recorder, std::to_string(recording.entries.size()) + " message"));

    auto at_once = handoff_program({"record", name.str(), "-o", "/dev/full", "--force"});
    require_exit(at_once, 1);
    BOOST_TEST(prints(at_once, "cannot write /dev/full: No space left on device"));
}

BOOST_AUTO_TEST_SUITE_END()
