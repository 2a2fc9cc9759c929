// sender and receiver whose stdout is closed, full or without a reader, and whose files may not grow: no death by a
// signal, no picture with words in it, and nothing is lost in silence.
#include "testing/streams.hpp"
#include "apps/fixture.hpp"

#include <handoff/topic.hpp>

#include <opencv2/imgcodecs.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace streams {

using namespace apps_test;
using namespace handoff::test;
using namespace std::chrono_literals;
using handoff::testing::Program;
using handoff::testing::UniqueName;

Program receiver_with(const Streams& streams, const std::vector<std::string>& arguments) {
    return start_with(streams, HANDOFF_BIN_DIR "/receiver", arguments);
}

Program sender_with(const Streams& streams, const std::vector<std::string>& arguments) {
    return start_with(streams, HANDOFF_BIN_DIR "/sender", arguments);
}

std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path().string());
    return paths;
}

void check_errors(const Program& program, const std::string& words) {
    BOOST_TEST(program.errors().find(words) != std::string::npos, "'" << words << "' is not in:\n" << program.errors());
}

}  // namespace streams

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(pictures_that_get_the_numbers_of_closed_streams_are_whole) {
    for (const Streams& streams : {all_closed, closed_stdout, closed_stderr}) {
        const UniqueName name("closed");
        const Folder folder;
        Program working = receiver_with(
            streams, {"--channel", name.str(), "--operation", "flip", "--out", folder / "out", "--count", "4"});
        Program feeding = sender_with(streams, {"--channel", name.str(), "--pattern", "64x48", "--count", "4", "--save",
                                                folder / "back", "--wait-receiver", "30s"});
        require_exit(feeding, 0);
        require_exit(working, 0);
        for (const char* made : {"out", "back"}) {
            const auto pictures = files_in(folder / made);
            BOOST_TEST(pictures.size() == 4U);
            for (const std::string& picture : pictures) {
                const auto bytes = read_file(picture);
                const std::string end(reinterpret_cast<const char*>(bytes.data()) + bytes.size() - 8, 4);
                BOOST_TEST(end == "IEND", picture << " does not end as a PNG");
                BOOST_TEST(cv::imread(picture).cols == 64);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(who_has_seen_enough_of_the_checksums_ends_the_receiver_quietly) {
    const UniqueName name("unread");
    Program publishing = sender({"--topic", name.str(), "--pattern", "64x48", "--rate", "1000", "--quiet"});
    Program watching =
        receiver_with(unread, {"--topic", name.str(), "--operation", "checksum", "--idle-timeout", "60s"});
    require_exit(watching, 0);
    BOOST_TEST(watching.errors().find("stdout") == std::string::npos, watching.errors());
    Program full = receiver_with(full_disk, {"--topic", name.str(), "--operation", "checksum"});
    require_exit(full, 1);
    check_errors(full, "receiver: cannot write to stdout: No space left on device");
    publishing.kill();
}

BOOST_AUTO_TEST_CASE(a_report_that_stdout_does_not_take_is_a_failure) {
    const UniqueName name("report");
    const std::vector<std::string> sending{"--channel", name.str(), "--pattern", "64x48",           "--count",
                                           "2",         "--json",   "--quiet",   "--wait-receiver", "30s"};
    Program working = receiver_with(full_disk, {"--channel", name.str(), "--json", "--quiet", "--idle-timeout", "60s"});
    Program feeding = sender_with(closed_stdout, sending);
    require_exit(feeding, 1);
    check_errors(feeding, "sender: cannot write to stdout: Bad file descriptor");
    require_exit(working, 1);
    check_errors(working, "receiver: cannot write to stdout: No space left on device");

    Program again = receiver({"--channel", name.str(), "--quiet", "--idle-timeout", "60s"});
    Program unheard = sender_with(unread, sending);
    require_exit(unheard, 0);
    require_exit(again, 0);
}

BOOST_AUTO_TEST_CASE(a_picture_that_may_not_grow_is_told_and_the_others_are_kept) {
    const UniqueName name("small");
    const Folder folder;
    // The segment is made by the sender, which may make larger files.
    Program feeding =
        sender({"--channel", name.str(), "--pattern", "640x480", "--count", "2", "--wait-receiver", "30s"});
    Program working =
        receiver_with({"ulimit -f 1;", ""}, {"--channel", name.str(), "--out", folder / "out", "--quiet"});
    require_exit(feeding, 0);
    require_exit(working, 1);
    check_errors(working, "not saved: cannot write");
    check_errors(working, "File too large");
    BOOST_TEST(files_in(folder / "out").empty());
}

BOOST_AUTO_TEST_SUITE_END()
