// Under a recording's name there is a complete one, or the older one; what a recorder leaves beside it can be played.
#include "testing/streams.hpp"
#include "tool/record_play_fixture.hpp"
#include "tool/tool.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

namespace whole_recording {

using namespace recording_test;
using namespace std::chrono_literals;
using handoff::testing::UniqueName;
namespace fs = std::filesystem;

const handoff::TopicShape topic{.history = 64, .payload_bytes = 4'000};

void publish(handoff::Publisher& publisher, std::uint32_t seed) {
    recording_test::publish(publisher, Frame{{}, noise(2'000, seed)});
}

}  // namespace whole_recording

BOOST_AUTO_TEST_SUITE(whole_recording)

BOOST_AUTO_TEST_CASE(it_has_its_name_when_it_is_complete) {
    const Folder folder;
    const UniqueName name("whole");
    const std::string path = folder / "film.mcap";
    handoff::Publisher publisher(name, topic);
    for (const bool replaces : {false, true}) {
        if (replaces) write_file(path, noise(100, 1));
        auto recorder = handoff_program({"record", name.str(), "-o", path, "--force", "--json"});
        wait_until_recorded(recorder, name);
        publish(publisher, 2);
        HANDOFF_REQUIRE_EVENTUALLY(folder.partial_bytes() > 2'000);
        BOOST_TEST(folder.partial().starts_with(path + "."));
        BOOST_TEST(fs::exists(path) == replaces);
        if (replaces) BOOST_TEST((read_file(path) == noise(100, 1)));
        interrupt(recorder);
        BOOST_TEST(folder.partial() == "");
        BOOST_TEST(read_recording(path).cut_off == "");
        BOOST_TEST(recorder.output().find("\"file\": \"" + path + "\"") != std::string::npos, recorder.output());
        fs::remove(path);
    }
}

BOOST_AUTO_TEST_CASE(the_older_one_stays_when_the_recorder_is_killed) {
    const Folder folder;
    const UniqueName name("killed");
    const std::string path = folder / "film.mcap";
    write_file(path, noise(100, 1));
    handoff::Publisher publisher(name, topic);
    auto recorder = handoff_program({"record", name.str(), "-o", path, "--force"});
    wait_until_recorded(recorder, name);
    publish(publisher, 2);
    HANDOFF_REQUIRE_EVENTUALLY(folder.partial_bytes() > 2'000);
    recorder.kill();
    BOOST_TEST((read_file(path) == noise(100, 1)));
    const ReadBack left = read_recording(folder.partial());
    BOOST_TEST_REQUIRE(left.entries.size() == 1u);
    BOOST_TEST((left.entries[0].data == noise(2'000, 2)));

    // The file that it left is no obstacle.
    auto next = handoff_program({"record", name.str(), "-o", path, "--force", "--count", "1"});
    require_exit(next, 0);
    BOOST_TEST(read_recording(path).entries.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_older_one_stays_when_the_disk_is_full_and_the_part_is_complete_beside_it) {
    const Folder folder;
    const UniqueName name("full");
    const std::string path = folder / "film.mcap";
    write_file(path, noise(100, 1));
    handoff::Publisher publisher(name, topic);
    Program recorder = handoff::test::start_with({"ulimit -f 40;", ""}, HANDOFF_BIN_DIR "/handoff",
                                                 {"record", name.str(), "-o", path, "--force", "--json"});
    wait_until_recorded(recorder, name);
    publish(publisher, 2);
    HANDOFF_REQUIRE_EVENTUALLY(folder.partial_bytes() > 2'000);
    for (std::uint32_t i = 0; i < 100'000 && !recorder.ends_within(1ms); ++i) publish(publisher, i);
    require_exit(recorder, 1);
    BOOST_TEST((read_file(path) == noise(100, 1)));
    const std::string partial = folder.partial();
    const ReadBack left = read_recording(partial);
    BOOST_TEST(left.cut_off == "");
    BOOST_TEST(left.problems.empty());
    TOOL_TEST_CONTAINS(recorder.errors(), "cannot write " + path + ": File too large");
    TOOL_TEST_CONTAINS(recorder.errors(), path + " is still the older one. The new one is in " + partial);
    BOOST_TEST(!left.entries.empty());
    BOOST_TEST(number(recorder, "messages") == left.entries.size());
    BOOST_TEST(recorder.output().find("\"file\": \"" + partial + "\"") != std::string::npos, recorder.output());
}

BOOST_AUTO_TEST_CASE(what_takes_the_name_meanwhile_is_not_replaced) {
    const Folder folder;
    const UniqueName name("taken");
    const std::string path = folder / "film.mcap";
    handoff::Publisher publisher(name, topic);
    auto recorder = handoff_program({"record", name.str(), "-o", path});
    wait_until_recorded(recorder, name);
    publish(publisher, 2);
    write_file(path, noise(100, 1));
    interrupt(recorder, 1);
    BOOST_TEST((read_file(path) == noise(100, 1)));
    TOOL_TEST_CONTAINS(recorder.errors(), "File exists. The new one is in " + folder.partial());
    const ReadBack left = read_recording(folder.partial());
    BOOST_TEST(left.cut_off == "");
    BOOST_TEST(left.entries.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_part_of_a_split_recording_ends_once_where_the_next_one_cannot_begin) {
    const Folder folder;
    const UniqueName name("split");
    write_file(folder / "film-002.mcap", noise(100, 1));
    handoff::Publisher publisher(name, topic);
    auto recorder = handoff_program({"record", name.str(), "-o", folder / "film.mcap", "--split", "5k", "--json"});
    wait_until_recorded(recorder, name);
    for (std::uint32_t i = 0; i < 100'000 && !recorder.ends_within(1ms); ++i) publish(publisher, i);
    require_exit(recorder, 1);
    TOOL_TEST_CONTAINS(recorder.errors(), "film-002.mcap: File exists");
    BOOST_TEST((read_file(folder / "film-002.mcap") == noise(100, 1)));
    const ReadBack first = read_recording(folder / "film-001.mcap");
    BOOST_TEST(first.cut_off == "");
    BOOST_TEST(first.problems.empty());
    BOOST_TEST(number(recorder, "files") == 1u);
    BOOST_TEST(number(recorder, "file_bytes") == fs::file_size(folder / "film-001.mcap"));
    const auto bytes = read_file(folder / "film-001.mcap");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    BOOST_TEST(text.substr(1).find("\x89MCAP0\r\n") == text.size() - 8 - 1, "it ends more than once");
    BOOST_TEST(folder.partial() == "");
}

BOOST_AUTO_TEST_CASE(a_recording_without_a_message_leaves_nothing_when_it_cannot_begin) {
    const Folder folder;
    const UniqueName name("channel");
    const handoff::Sender sender(name, {.slot_count = 2, .payload_bytes = 64});
    auto recorder = handoff_program({"record", name.str(), "-o", folder / "film.mcap"});
    require_exit(recorder, 1);
    BOOST_TEST(fs::is_empty(folder.str()));
}

BOOST_AUTO_TEST_SUITE_END()
