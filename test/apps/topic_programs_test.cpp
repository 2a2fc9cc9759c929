// sender --topic and receiver --topic: every subscriber sees every frame, at its own pace, and counts what it missed.
#include "apps/fixture.hpp"

#include <handoff/topic.hpp>

#include <opencv2/imgcodecs.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace topic_programs {

using namespace apps_test;
using namespace std::chrono_literals;
using handoff::testing::Program;
using handoff::testing::UniqueName;

/// A topic that is there before and until the programs are.
struct Wall {
    UniqueName name{"wall"};
    std::optional<handoff::Publisher> keeper;

    explicit Wall(std::size_t payload_bytes, std::uint32_t history = 8) {
        keeper.emplace(name, handoff::TopicShape{.history = history, .payload_bytes = payload_bytes});
    }
    Program monitor(const std::vector<std::string>& more) const {
        return receiver(std::vector<std::string>{"--topic", name.str(), "--json"} + more);
    }
    void wait_for_watchers(std::uint32_t count) const {
        HANDOFF_REQUIRE_EVENTUALLY(keeper->state().subscribers == count);
    }
};

constexpr std::size_t video_frame_bytes = std::size_t{768} * 576 * 3;
constexpr double video_frames = 795;

}  // namespace topic_programs

BOOST_AUTO_TEST_SUITE(topic_programs)

BOOST_AUTO_TEST_CASE(a_wall_of_receivers_each_at_its_own_pace) {
    Wall wall(video_frame_bytes);
    std::vector<Program> watchers;
    watchers.push_back(wall.monitor({"--operation", "none"}));
    watchers.push_back(wall.monitor({"--operation", "edges"}));
    watchers.push_back(wall.monitor({"--newest"}));
    wall.wait_for_watchers(3);
    watchers[2].stop();  // as slow as can be: the whole video goes by
    Program film = sender({"--topic", wall.name.str(), example("vtest.avi"), "--json"});
    require_exit(film, 0);
    BOOST_TEST(number(film, "frames") == video_frames);
    watchers[2].resume();
    wall.keeper.reset();
    for (Program& watcher : watchers) {
        require_exit(watcher, 0);
        BOOST_TEST(number(watcher, "frames") + number(watcher, "lost") == video_frames);
        BOOST_TEST(number(watcher, "failed") == 0);
    }
    BOOST_TEST(number(watchers[2], "frames") == 1);
    BOOST_TEST(wall.name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(pictures_arrive_byte_for_byte) {
    const Folder folder;
    for (int i = 0; i < 5; ++i) make_picture(folder / ("p" + std::to_string(i) + ".png"), i);
    const Folder out;
    Wall wall(160 * 120 * 3, 16);
    Program watcher = wall.monitor({"--out", out.str(), "--count", "5"});
    wall.wait_for_watchers(1);
    Program pictures = sender({"--topic", wall.name.str(), folder.str()});
    require_exit(pictures, 0);
    require_exit(watcher, 0);
    BOOST_TEST(number(watcher, "lost") == 0);
    BOOST_REQUIRE(out.files().size() == 5U);
    for (const std::string& file : out.files()) BOOST_TEST(same(cv::imread(out / file), cv::imread(folder / file)));
}

BOOST_AUTO_TEST_CASE(either_side_may_start_first) {
    const UniqueName name("first");
    Program watcher = receiver({"--topic", name.str(), "--json"});
    watcher.wait_for_errors("waiting for topic");
    Program pattern = sender({"--topic", name.str(), "--pattern", "64x48", "--count", "10", "--wait-receiver", "20s"});
    require_exit(pattern, 0);
    require_exit(watcher, 0);
    BOOST_TEST(number(watcher, "frames") + number(watcher, "lost") == 10);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(nobody_there_is_told_only_if_asked) {
    const UniqueName name("nobody");
    Program patient = sender({"--topic", name.str(), "--pattern", "64x48", "--count", "3", "--wait-receiver", "50ms"});
    require_exit(patient, 4);
    BOOST_TEST(patient.errors().find("no subscriber came within") != std::string::npos);
    Program careless = sender({"--topic", name.str(), "--pattern", "64x48", "--count", "3"});
    require_exit(careless, 0);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(what_means_nothing_for_a_topic_is_refused) {
    for (const char* option : {"--no-wait", "--in-place"}) {
        Program program = sender({"--topic", "t", "--pattern", "8x8", option});
        require_exit(program, 2);
        BOOST_TEST(program.errors().find(option) != std::string::npos);
    }
    Program saving = sender({"--topic", "t", "--pattern", "8x8", "--save", "x"});
    require_exit(saving, 2);
    Program workers = receiver({"--topic", "t", "--workers", "2"});
    require_exit(workers, 2);
    Program newest = receiver({"--newest"});
    require_exit(newest, 2);
    Program history = sender({"--pattern", "8x8", "--history", "3"});
    require_exit(history, 2);
}

BOOST_AUTO_TEST_SUITE_END()
