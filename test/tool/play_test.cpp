// `handoff play`, as a program.
#include "tool/record_play_fixture.hpp"
#include "tool/terminal.hpp"

#include <handoff/latest.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>

#include <termios.h>

namespace play {

using namespace std::chrono_literals;
using namespace recording_test;
using handoff::testing::UniqueName;

/// A recording of `count` messages on `topic`, published in steps of `step`.
void write_steps(const std::string& path, const std::string& topic, std::size_t count, std::chrono::nanoseconds step) {
    std::vector<Entry> entries;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t time_ns = 1'700'000'000'000'000'000 + i * static_cast<std::uint64_t>(step.count());
        entries.push_back({plain_channel(topic), {0, i + 1, time_ns, time_ns}, noise(10, i)});
    }
    write_recording(path, entries);
}

}  // namespace play

BOOST_AUTO_TEST_SUITE(play)

BOOST_AUTO_TEST_CASE(it_is_played_at_the_pace_at_which_it_was_recorded_or_another) {
    const Folder folder;
    const UniqueName name("pace");
    write_steps(folder / "pace.mcap", name.str(), 5, 100ms);
    for (const auto& [rate, least] : {std::pair<std::string, std::chrono::milliseconds>{"1", 400ms}, {"2", 200ms}}) {
        auto player = handoff_program({"play", folder / "pace.mcap", "--rate", rate, "--wait-subscriber"});
        auto subscriber = subscriber_of(name);
        const auto first = subscriber.next(handoff::testing::default_timeout).value().published_at();
        for (int i = 0; i < 3; ++i) (void)subscriber.next(handoff::testing::default_timeout).value();
        const auto last = subscriber.next(handoff::testing::default_timeout).value().published_at();
        BOOST_TEST((last - first) / 1ms >= least / 1ms - 20);  // the first may be late
        require_exit(player, 0);
    }
    write_steps(folder / "hours.mcap", name.str(), 5, 1h);
    auto player = handoff_program({"play", folder / "hours.mcap", "--rate", "0"});
    require_exit(player, 0);
}

BOOST_AUTO_TEST_CASE(times_of_publication_that_cannot_be_true_of_the_recording_delay_nothing) {
    constexpr std::uint64_t begin_ns = 1'700'000'000'000'000'000, step_ns = 100'000'000;
    constexpr std::uint64_t hours_ns = 18'000'000'000'000;
    const std::map<std::string, std::vector<std::uint64_t>> publications{
        {"written hours before", {begin_ns - hours_ns, begin_ns + step_ns, begin_ns + 2 * step_ns}},
        {"a few seconds before", {begin_ns - 8'000'000'000, begin_ns + step_ns, begin_ns + 2 * step_ns}},
        {"none", {0, 0, 0}},
        {"by a clock that is ahead", {begin_ns + hours_ns, begin_ns + hours_ns, begin_ns + hours_ns}}};
    for (const auto& [what, times] : publications) {
        const Folder folder;
        const UniqueName name("times");
        std::vector<Entry> entries;
        for (std::uint32_t i = 0; i < times.size(); ++i)
            entries.push_back({plain_channel(name.str()), {0, i, begin_ns + i * step_ns, times[i]}, noise(10, i)});
        write_recording(folder / "times.mcap", entries);
        auto shortest = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 2; ++i) {  // a machine that stands still for a while does not do so twice
            const auto begin = std::chrono::steady_clock::now();
            auto player = handoff_program({"play", folder / "times.mcap"});
            require_exit(player, 0);
            shortest = std::min(shortest, std::chrono::steady_clock::now() - begin);
        }
        BOOST_TEST(shortest / 1ms >= 180, what << ": the pace is lost");
        BOOST_TEST(shortest < handoff::testing::scaled(5s), what);
    }
}

BOOST_AUTO_TEST_CASE(a_part_is_played_with_the_latest_values_of_its_beginning) {
    constexpr std::uint64_t begin_ns = 1'700'000'000'000'000'000, step_ns = 100'000'000;
    const Folder folder;
    const UniqueName name("part"), state("part-state");
    Channel values = plain_channel(state.str());
    values.metadata["kind"] = "latest";
    std::vector<Entry> entries;
    for (std::uint32_t i = 0; i < 10; ++i) {
        const MessageHead head{0, i, begin_ns + i * step_ns, begin_ns + i * step_ns};
        entries.push_back({plain_channel(name.str()), head, noise(10, i)});
        if (i == 1 || i == 3) entries.push_back({values, head, noise(5, i)});
    }
    write_recording(folder / "part.mcap", entries);
    handoff::LatestBytes latest(state, {.capacity_bytes = 4096});
    auto subscriber = [&] {
        auto player = handoff_program({"play", folder / "part.mcap", "--start", "550ms", "--duration", "200ms",
                                       "--rate", "0", "--wait-subscriber", "--json"});
        auto subscribed = subscriber_of(name);
        require_exit(player, 0);
        BOOST_TEST(number(player, "messages") == 4U);  // two of the topic, and both values of before
        return subscribed;
    }();
    for (const std::uint32_t i : {6u, 7u}) {
        const auto message = subscriber.next(handoff::testing::default_timeout);
        BOOST_TEST_REQUIRE(message.has_value());
        BOOST_TEST(std::ranges::equal(message->payload(), noise(10, i)));
    }
    std::vector<std::byte> buffer(4096);
    const auto reading = latest.read(buffer);
    BOOST_TEST_REQUIRE(reading.has_value());
    buffer.resize(reading->size);
    BOOST_TEST((buffer == noise(5, 3)));
}

BOOST_AUTO_TEST_CASE(a_loop_is_played_again_until_it_is_ended) {
    const Folder folder;
    const UniqueName name("loop");
    write_steps(folder / "loop.mcap", name.str(), 3, 1ms);
    auto player = handoff_program({"play", folder / "loop.mcap", "--loop", "--wait-subscriber"});
    auto subscriber = subscriber_of(name);
    for (std::uint32_t i = 0; i < 9; ++i) {
        const auto message = subscriber.next(handoff::testing::default_timeout);
        BOOST_REQUIRE(message);
        if (i == 0) BOOST_TEST(message->sequence() == 1u);
        const auto place = static_cast<std::uint32_t>((message->sequence() - 1) % 3);
        BOOST_TEST((std::ranges::equal(message->payload(), noise(10, place))));
    }
    interrupt(player);
}

BOOST_AUTO_TEST_CASE(the_space_bar_pauses_and_goes_on) {
    const Folder folder;
    const UniqueName name("pause");
    write_steps(folder / "pause.mcap", name.str(), 8, 100ms);
    handoff::Publisher before_it(name, {.history = 64, .payload_bytes = 4096});
    auto subscriber = subscriber_of(name);
    tool_test::Terminal terminal(HANDOFF_BIN_DIR "/handoff", {"play", folder / "pause.mcap", "--start-paused"});
    terminal.wait_for("paused");
    const termios while_it_plays = terminal.modes();
    const auto first = subscriber.next(handoff::testing::scaled(400ms));  // four of them were due then
    BOOST_TEST((!first && first.error() == handoff::Errc::timed_out));
    terminal.type(" ");
    terminal.wait_for("goes on");
    BOOST_TEST_REQUIRE(subscriber.next(handoff::testing::default_timeout).has_value());
    terminal.mark();
    terminal.type("x ");  // no other key does anything
    terminal.wait_for("paused");
    std::uint64_t came = 1;
    while (subscriber.next(handoff::testing::scaled(300ms))) ++came;  // what was on its way
    BOOST_TEST_REQUIRE(came < 8u);
    terminal.type(" ");
    for (; came < 8; ++came) BOOST_TEST_REQUIRE(subscriber.next(handoff::testing::default_timeout).has_value());
    BOOST_TEST(terminal.wait() == 0);
    BOOST_TEST((while_it_plays.c_lflag & (ICANON | ECHO)) == 0u);
    BOOST_TEST((terminal.modes().c_lflag & (ICANON | ECHO)) == static_cast<tcflag_t>(ICANON | ECHO));

    auto nobody = handoff_program({"play", folder / "pause.mcap", "--start-paused"});
    require_exit(nobody, 2);
    BOOST_TEST(prints(nobody, "stdin is no terminal"));
}

BOOST_AUTO_TEST_CASE(names_of_ros_become_names_of_segments) {
    const Folder folder;
    const UniqueName name("ros");
    const std::string topic = "/" + name.str() + "/image raw";
    write_steps(folder / "ros.mcap", topic, 3, 0ms);
    auto player = handoff_program({"play", folder / "ros.mcap", "--wait-subscriber"});
    auto subscriber = subscriber_of(name.str() + ".image.raw");
    BOOST_TEST(collect(subscriber, 3).size() == 3u);
    require_exit(player, 0);

    write_recording(folder / "both.mcap", {{plain_channel("/a/b"), {}, {}}, {plain_channel("a.b"), {}, {}}});
    auto refused = handoff_program({"play", folder / "both.mcap"});
    require_exit(refused, 2);
    BOOST_TEST(prints(refused, "would both be played into 'a.b'"));
    auto none = handoff_program({"play", folder / "both.mcap", "--only", "c*"});
    require_exit(none, 3);
    BOOST_TEST(prints(none, "it holds /a/b, a.b"));
}

BOOST_AUTO_TEST_CASE(what_is_damaged_is_told_and_the_rest_is_played) {
    const Folder folder;
    const UniqueName name("damaged");
    std::vector<Entry> entries;
    for (std::uint32_t i = 0; i < 4; ++i) entries.push_back({plain_channel(name.str()), {0, i, 1, 1}, noise(100, i)});
    write_recording(folder / "damaged.mcap", entries, 1);
    auto bytes = read_file(folder / "damaged.mcap");
    bytes[place_of(entries[1].data, bytes)] ^= std::byte{1};
    write_file(folder / "damaged.mcap", bytes);
    auto player = handoff_program({"play", folder / "damaged.mcap"});
    require_exit(player, 1);
    BOOST_TEST(prints(player, "the checksum is wrong"));
    BOOST_TEST(prints(player, "3 messages of 1 segment played"));
}

BOOST_AUTO_TEST_SUITE_END()
