#include "sender/options.hpp"

#include "cli/arguments.hpp"
#include "cli/command_line.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <climits>

namespace po = boost::program_options;

namespace handoff::apps::sender {

namespace {

constexpr const char* purpose =
    "Hands pictures to receivers through shared memory, and waits until each was processed.\n"
    "INPUT is a picture, a video, or a folder: its pictures and videos in the order of their names\n"
    "(img_9 before img_10); or what can be read once: a named pipe, - for stdin, an address\n"
    "(rtsp://, http://, udp://), a camera (/dev/video0).\n";

constexpr const char* more =
    "Examples:\n"
    "  receiver --operation gray &                            processes the pictures; either may start first\n"
    "  sender --save processed photos/                        what comes back is written as processed/NAME.png\n"
    "  sender --pattern 1920x1080 --count 1000 --in-flight 4  how fast is it?\n"
    "  sender --camera 0 --rate 30                            until Ctrl-C\n"
    "  sender rtsp://camera/1                                 a camera in the network, until it ends or Ctrl-C\n"
    "  ffmpeg -i film.mp4 -f mjpeg - | sender -               what another program makes\n"
    "  sender --no-wait --timeout 1h photos/                  a work queue: wait for space only\n"
    "  sender --topic wall --loop --rate 25 film.mp4          broadcast; look with: receiver --topic wall\n"
    "\n"
    "Sizes: 4096, 64k, 64M (powers of 1000), 64Ki, 64Mi (of 1024). Durations: 250ms, 5s, 2min, 1h.\n"
    "A sender whose request timed out stops; the message names the receiver that holds the frame. Failed frames and\n"
    "unreadable inputs are reported and counted, and the sender goes on. The first Ctrl-C finishes the current frame, "
    "the\n"
    "second one ends at once.\n";

po::options_description what_to_send() {
    po::options_description options("What to send");
    options.add_options()("camera", value("N"), "frames of camera N, instead of INPUT")(
        "pattern", value("WxH"), "a moving test picture of this size, instead of INPUT")(
        "count", value("N"), "stop after N frames")("loop", po::bool_switch(), "start again at the end")(
        "rate", value("FPS"), "frames per second at most; not given: as fast as it goes")(
        "unchanged", po::bool_switch(),
        "pictures as they are stored, grey ones as one channel; not given: bgr8, and as stored where that would lose "
        "something (16 bits, float, alpha)")("bgr8", po::bool_switch(),
                                             "pictures as three channels of 8 bits, even with losses");
    return options;
}

po::options_description how_to_send() {
    po::options_description options("How to send");
    options.add_options()("channel", value("NAME", "frames"), "the channel")("no-wait", po::bool_switch(),
                                                                             "work queue: do not wait for processed")(
        "in-flight", value("K", "1"), "requests in flight; 1 is the plain handshake")(
        "timeout", value("D", "5s"), "how long a frame may take to get a slot, and to be processed")(
        "wait-receiver", value("D", "10s"), "how long to wait for the first receiver (with --topic: only if given)")(
        "save", value("DIR"), "write the processed pictures that come back into DIR, as PNG")(
        "topic", value("NAME"),
        "publish on a topic instead: every subscriber sees every frame, and none is waited for")(
        "history", value("N", "8"), "of a topic: frames kept for late subscribers");
    return options;
}

po::options_description channel_shape() {
    po::options_description options("The channel or topic, if it is created here");
    options.add_options()("slots", value("N", "8"), "frames that can exist at once, 1 to 65535")(
        "payload", value("SIZE", "auto"), "room for a frame; auto: the largest one")(
        "reply", value("SIZE", "auto"), "room for the answer; auto: as the payload, or 4Ki with --in-place")(
        "image-limit", value("SIZE", "128Mi"), "with --payload auto: larger pictures are reported and skipped")(
        "in-place", po::bool_switch(), "receivers may edit the frames themselves")(
        "sync", value("SYNC", "futex"), "on what to sleep: futex, or boost, the classic mutex and condition");
    return options;
}

po::options_description output() {
    po::options_description options("Output");
    options.add_options()("json", po::bool_switch(), "the report as one JSON object on stdout")(
        "quiet", po::bool_switch(), "errors only");
    add_options_about(options);
    return options;
}

CommandLine command_line() {
    CommandLine line{.program = "sender",
                     .operands = "INPUT...",
                     .summary = "hands pictures and films to receivers through shared memory",
                     .description = purpose,
                     .more = more,
                     .options = {},
                     .words = {{"completion", {"bash", "zsh", "fish"}}, {"sync", {"futex", "boost"}}}};
    line.options.add(what_to_send()).add(how_to_send()).add(channel_shape()).add(output());
    return line;
}

void refuse_if(bool is_invalid, const char* why) {
    if (is_invalid) throw UsageError(why);
}

void refuse_contradictions(const Options& options, const Arguments& arguments) {
    const int sources = (options.inputs.empty() ? 0 : 1) + (options.camera ? 1 : 0) + (options.pattern ? 1 : 0);
    refuse_if(sources == 0, "nothing to send: name pictures, videos or folders, or use --camera or --pattern");
    refuse_if(sources > 1, "INPUT, --camera and --pattern exclude each other: choose one");
    refuse_if(options.loop && options.inputs.empty(), "--loop repeats INPUT; a camera or a pattern has no end anyway");
    refuse_if(arguments.flag("unchanged") && arguments.flag("bgr8"), "--unchanged and --bgr8 exclude each other");
    refuse_if(options.pixels != Pixels::automatic && options.inputs.empty(),
              "--unchanged and --bgr8 are about INPUT: cameras and patterns are bgr8 anyway");
    refuse_if(options.no_wait && !options.save_folder.empty(),
              "--save needs the answers that --no-wait does not wait for");
    refuse_if(options.no_wait && arguments.given("in-flight"),
              "--in-flight counts answers that --no-wait does not wait for");
    refuse_if(options.no_wait && arguments.given("wait-receiver"),
              "--no-wait does not wait for receivers: leave --wait-receiver out");
    for (const char* option : {"channel", "no-wait", "in-flight", "timeout", "save", "slots", "reply", "in-place"})
        if (arguments.given("topic") && arguments.given(option))
            throw UsageError("--topic publishes and never waits, so that --" + std::string(option) +
                             " means nothing: leave one of them out");
    refuse_if(arguments.given("topic") && options.topic.empty(), "--topic needs a name");
    refuse_if(arguments.given("history") && options.topic.empty(), "--history belongs to --topic");
    refuse_if(options.in_flight > arguments.number("slots", 1, 65'535),
              "--in-flight needs as many --slots, or more: each request in flight is in a slot");
    refuse_if(options.payload_bytes && arguments.given("image-limit"),
              "--image-limit belongs to --payload auto: a given payload is the limit");
    refuse_if(options.payload_bytes == 0U, "--payload: a frame without bytes cannot be sent; give a size above 0");
    refuse_if(options.image_limit_bytes == 0, "--image-limit: no picture is that small; give a size above 0");
    refuse_if(!options.payload_bytes && options.pattern && options.pattern->bgr_bytes() > options.image_limit_bytes,
              "--pattern is larger than --image-limit: choose a smaller pattern or a larger limit");
    refuse_if(arguments.given("save") && options.save_folder.empty(), "--save needs the name of a folder");
}

std::optional<std::uint64_t> size_or_auto(const Arguments& arguments, const std::string& option) {
    if (arguments.text(option) == "auto") return {};
    return arguments.size(option);
}

Options options_in(const Arguments& arguments) {
    Options options;
    options.channel = arguments.text("channel");
    options.topic = arguments.text("topic");
    if (arguments.given("history"))
        options.history = static_cast<std::uint32_t>(arguments.number("history", 1, 16'384));
    options.wait_for_subscriber = arguments.given("topic") && arguments.given("wait-receiver");
    options.inputs = arguments.texts("input");
    if (arguments.given("camera")) options.camera = static_cast<int>(arguments.number("camera", 0, 9999));
    if (arguments.given("pattern")) {
        const auto size = parse_picture_size(arguments.text("pattern"));
        if (!size) throw UsageError("--pattern: " + size.error().message());
        options.pattern = *size;
    }
    if (arguments.given("count")) options.count = arguments.number("count", 1, UINT64_MAX);
    options.loop = arguments.flag("loop");
    if (arguments.flag("unchanged")) options.pixels = Pixels::unchanged;
    if (arguments.flag("bgr8")) options.pixels = Pixels::bgr8;
    if (arguments.given("rate")) options.frames_per_second = arguments.rate("rate");
    if (arguments.given("slots")) options.slots = static_cast<std::uint32_t>(arguments.number("slots", 1, 65'535));
    options.payload_bytes = size_or_auto(arguments, "payload");
    options.reply_bytes = size_or_auto(arguments, "reply");
    options.image_limit_bytes = arguments.size("image-limit");
    options.in_place = arguments.flag("in-place");
    if (arguments.given("sync")) options.sync = static_cast<Sync>(arguments.choice("sync", {"futex", "boost"}));
    options.no_wait = arguments.flag("no-wait");
    options.in_flight = static_cast<std::uint32_t>(arguments.number("in-flight", 1, 65'535));
    options.save_folder = arguments.text("save");
    options.timeout = arguments.duration("timeout");
    options.wait_receiver = arguments.duration("wait-receiver");
    options.json = arguments.flag("json");
    options.quiet = arguments.flag("quiet");
    return options;
}

}  // namespace

std::optional<Options> read_options(int argc, const char* const* argv) {
    const CommandLine line = command_line();
    po::options_description all = line.options;
    all.add_options()("input", po::value<std::vector<std::string>>());
    const Arguments arguments(argc, argv, all, po::positional_options_description().add("input", -1));
    if (print_information(line, arguments)) return {};
    const Options options = options_in(arguments);
    refuse_contradictions(options, arguments);
    return options;
}

}  // namespace handoff::apps::sender
