// play: what was recorded, published again.
#include "cli/console.hpp"
#include "cli/json.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "tool/keyboard.hpp"
#include "tool/recording/player.hpp"
#include "tool/verbs.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <iostream>
#include <string>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

using mcap::Reader;
using recording::Player;

/// The space bar, where a person is there to press it.
class PauseKey {
public:
    PauseKey(Console& console, bool begin_paused) : console_(console), is_paused_(begin_paused) {
        if (keyboard_.is_there()) console_.info("space bar: pause, and go on");
        if (begin_paused) console_.info("paused");
    }
    bool is_paused() {
        while (const auto key = keyboard_.next()) {
            if (*key != ' ') continue;
            is_paused_ = !is_paused_;
            console_.info(is_paused_ ? "paused" : "goes on");
        }
        return is_paused_;
    }
    /// Until then, or until a key is pressed or the program is asked to end.
    void sleep_until(Clock::time_point when) {
        if (keyboard_.is_there())
            keyboard_.wait(std::min(when, in(slice)));
        else
            apps::sleep_until(when);
    }
    bool can_go_on() const { return keyboard_.is_there(); }

private:
    Keyboard keyboard_;
    Console& console_;
    bool is_paused_;
};

recording::PlayOptions play_options(const Arguments& arguments) {
    recording::PlayOptions options;
    options.only = arguments.texts("only");
    options.prefix = arguments.text("prefix");
    options.rate = arguments.text("rate") == "0" ? 0 : arguments.rate("rate");
    if (arguments.given("history"))
        options.history = static_cast<std::uint32_t>(arguments.number("history", 1, 16'384));
    if (arguments.given("start")) options.start = arguments.duration("start");
    if (arguments.given("duration")) options.duration = arguments.duration("duration");
    return options;
}

void report(const Player& player, double seconds, const Arguments& arguments, Console& console) {
    console.end_progress();
    console.info(counted(player.published(), "message") + " of " + counted(player.segments(), "segment") +
                 " played in " + fixed(seconds, 1) + " s, " + format_bytes(player.payload_bytes()));
    if (!arguments.flag("json")) return;
    JsonObject json;
    json.add("segments", std::uint64_t{player.segments()}).add("messages", player.published());
    json.add_exact("payload_bytes", player.payload_bytes()).add("seconds", seconds);
    std::cout << json.str() << std::endl;
}

ExitCode run_play(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    Console console("handoff play", arguments.flag("quiet"));
    auto options = play_options(arguments);
    Reader reader(invocation.operands.front());
    if (!reader.cut_off().empty()) console.info(reader.cut_off());
    PauseKey pause(console, arguments.flag("start-paused"));
    if (arguments.flag("start-paused") && !pause.can_go_on())
        throw UsageError("--start-paused: stdin is no terminal, so it could never go on");
    options.is_paused = [&] { return pause.is_paused(); };
    options.sleep_until = [&](Clock::time_point when) { pause.sleep_until(when); };
    Player player(reader, options, [&](const std::string& sentence) { console.error(sentence); });
    if (arguments.flag("wait-subscriber")) player.wait_for_subscribers();
    const bool loop = arguments.flag("loop");
    const auto began = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - began).count(); };
    const bool is_part = arguments.given("start") || arguments.given("duration");
    const auto total = loop || is_part ? std::nullopt : std::optional(player.total());
    const auto progress = [&] {
        console.progress(player.published(), total, static_cast<double>(player.published()) / seconds());
    };
    do {
        player.run(progress);
    } while (loop && !stop_requested());
    report(player, seconds(), arguments, console);
    return player.failed() ? ExitCode::failed : ExitCode::ok;
}

void add_options(po::options_description& options) {
    options.add_options()("rate", value("X", "1"), "times as fast as it was recorded; 0: as fast as it goes")(
        "loop", po::bool_switch(), "again and again, until Ctrl-C")(
        "only", po::value<std::vector<std::string>>()->value_name("GLOB"),
        "only what fits; may be given several times")("prefix", value("P", ""),
                                                      "put before the names of the segments that it is played into")(
        "history", value("N"), "messages that a topic keeps, if it does not exist yet; as recorded, at least 8")(
        "start", value("D"), "pass over so much of the recording; latest values are as they were then")(
        "duration", value("D"), "play so much of it")("start-paused", po::bool_switch(),
                                                      "begin when the space bar is pressed")(
        "wait-subscriber", po::bool_switch(), "begin when every topic has a subscriber")("quiet", po::bool_switch(),
                                                                                         "errors only");
    add_json_option(options);
}

}  // namespace

const Verb play{
    "play",
    "FILE.mcap",
    1,
    1,
    Operand::file,
    "publish what was recorded",
    "Publishes into topics and latest values of the recorded names, byte for byte what was recorded, at the\n"
    "pace and in the order in which it was logged. What does not exist is created, and goes away as usual when\n"
    "all have left. Plays the recordings of other tools, too: images of ROS as images, everything else as\n"
    "bytes. Where stdin is a terminal, the space bar pauses, and goes on.",
    add_options,
    run_play};

}  // namespace handoff::apps::tool
