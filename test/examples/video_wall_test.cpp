// Two writers and several readers of large frames; each reader at its own pace.
#include "../../examples/video_wall/wall.hpp"
#include "examples/fixture.hpp"

#include <optional>
#include <regex>

namespace video_wall_test {

using namespace examples_test;
using namespace std::chrono_literals;

struct Summary {
    std::uint64_t frames = 0, lost = 0, wrong = 0, left = 0, right = 0;
};

std::uint64_t number_after(const std::string& key, const std::string& json) {
    std::smatch match;
    const bool found = std::regex_search(json, match, std::regex("\"" + key + "\": (\\d+)"));
    return found ? std::stoull(match[1]) : 0;
}

Summary summary_of(const Program& reader) {
    const std::string json = reader.output();
    BOOST_TEST_REQUIRE(json.starts_with("{\"frames\": "), json + reader.errors());
    return {number_after("frames", json), number_after("lost", json), number_after("wrong", json),
            number_after("left", json), number_after("right", json)};
}

class Wall {
public:
    Program reader(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.end(), {"--json", "--wait", "30"});
        auto program = start("video_wall_reader", name, arguments);
        program.wait_for_errors("reading");
        return program;
    }
    Program writer(const std::string& camera, const std::string& count, const std::string& rate) {
        return start("video_wall_writer", name, {"--camera", camera, "--count", count, "--rate", rate});
    }
    /// Keeps the stream open, so that readers do not end between two writers.
    std::uint64_t newest() const { return keeper->state().newest; }
    void end_the_stream() { keeper.reset(); }

    const UniqueName name{"wall"};
    std::optional<handoff::Publisher> keeper{std::in_place, name, video_wall::topic_shape()};
};

}  // namespace video_wall_test

BOOST_FIXTURE_TEST_SUITE(video_wall_test, Wall)

BOOST_AUTO_TEST_CASE(invalid_arguments_are_refused_with_exit_code_2) {
    for (const std::string program : {"video_wall_writer", "video_wall_reader"})
        expect_refusal(program, name, {"--count", "-1"}, 2, "--help shows the options");
    expect_refusal("video_wall_writer", name, {"--rate", "0"}, 2, "--help shows the options");
}

BOOST_AUTO_TEST_CASE(a_reader_without_frames_ends_with_exit_code_4) {
    auto lonely = start("video_wall_reader", name, {"--wait", "0"});
    BOOST_TEST(lonely.wait().code == 4);
    BOOST_TEST(lonely.errors().find("start video_wall_writer") != std::string::npos, lonely.errors());
    end_the_stream();
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(one_changed_byte_is_noticed) {
    std::vector<std::byte> pixels(video_wall::frame_bytes);
    video_wall::draw(pixels, 7);
    BOOST_TEST(video_wall::stamp_of(pixels).number == 7u);
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{8}, std::size_t{16}, pixels.size() / 2, pixels.size() - 1}) {
        pixels[at] ^= std::byte{1};
        BOOST_TEST(video_wall::stamp_of(pixels).number == 0u);
        pixels[at] ^= std::byte{1};
    }
    BOOST_TEST(video_wall::stamp_of(std::span(pixels).first(100)).number == 0u);
}

BOOST_AUTO_TEST_CASE(each_reader_accounts_for_every_frame_at_its_own_pace) {
    std::vector<Program> readers;
    readers.push_back(reader());
    readers.push_back(reader({"--copy"}));
    readers.push_back(reader({"--delay", "50"}));
    auto left = writer("left", "100", "100");
    auto right = writer("right", "100", "100");
    expect_good_end(left);
    expect_good_end(right);
    BOOST_TEST(newest() == 200u);
    end_the_stream();
    for (auto& program : readers) {
        expect_good_end(program);
        const Summary summary = summary_of(program);
        BOOST_TEST(summary.frames + summary.lost == 200u);
        BOOST_TEST(summary.left + summary.right == summary.frames);
        BOOST_TEST(summary.wrong == 0u);
    }
    BOOST_TEST(summary_of(readers[2]).lost > 0u, "the slow reader was not slow enough to lose anything");
    BOOST_TEST(summary_of(readers[2]).frames >= 10u);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_stopped_reader_holds_up_nobody_and_goes_on_with_what_is_kept) {
    auto stopped = reader({"--delay", "1"});
    auto camera = writer("left", "5", "1000");
    expect_good_end(camera);
    stopped.stop();
    auto watching = reader({"--count", "200"});
    auto left = writer("left", "150", "1000");
    auto right = writer("right", "150", "1000");
    expect_good_end(left);
    expect_good_end(right);
    BOOST_TEST(newest() == 305u);
    stopped.resume();
    end_the_stream();
    expect_good_end(stopped);
    expect_good_end(watching);
    const Summary summary = summary_of(stopped);
    BOOST_TEST(summary.frames + summary.lost == 305u);
    BOOST_TEST(summary.frames >= 10u);
    BOOST_TEST(summary.lost >= 280u);
    BOOST_TEST(summary.wrong == 0u);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(strict_readers_end_with_exit_code_5_if_a_frame_was_lost) {
    auto strict = reader({"--strict"});
    strict.stop();
    auto camera = writer("left", "50", "1000");
    expect_good_end(camera);
    strict.resume();
    end_the_stream();
    BOOST_TEST(strict.wait().code == 5);
    BOOST_TEST(summary_of(strict).lost == 40u);
}

BOOST_AUTO_TEST_CASE(killed_writers_and_readers_leave_the_others_alone) {
    auto watching = reader();
    for (int death = 0; death < 5; ++death) {
        auto mortal_reader = reader({"--delay", "1"});
        auto mortal_writer = writer("left", "0", "1000");
        const auto before = newest();
        HANDOFF_REQUIRE_EVENTUALLY(newest() > before + 20);
        mortal_writer.kill();
        mortal_reader.kill();
    }
    auto last = writer("right", "20", "100");
    expect_good_end(last);
    const auto published = newest();
    end_the_stream();
    expect_good_end(watching);
    const Summary summary = summary_of(watching);
    BOOST_TEST(summary.frames + summary.lost == published);
    BOOST_TEST(summary.wrong == 0u);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
