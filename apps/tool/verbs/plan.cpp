#include "cli/json.hpp"
#include "cli/units.hpp"
#include "tool/verbs.hpp"

#include <handoff/inspect.hpp>

#include <boost/program_options/options_description.hpp>

#include <algorithm>
#include <iostream>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 51;  // two pebibytes; four times that JSON's numbers hold

/// "1920x1080x3" (a third number: bytes per pixel), or a size.
std::uint64_t payload_bytes(const std::string& text) {
    if (text.find_first_of("xX") == std::string::npos) {
        const auto size = parse_size(text);
        if (!size) throw UsageError(size.error().message());
        return *size;
    }
    const auto last = text.find_last_of("xX");
    const bool has_depth = text.find_first_of("xX") != last;
    const auto picture = parse_picture_size(has_depth ? text.substr(0, last) : text);
    const auto depth = has_depth ? parse_size(text.substr(last + 1)) : result<std::uint64_t>(std::uint64_t{3});
    if (!picture || !depth || *depth < 1 || *depth > 32)
        throw UsageError("'" + text +
                         "' is neither a size nor a picture: write 64Ki, or 1920x1080x3 (width, height, bytes per "
                         "pixel from 1 to 32)");
    return std::uint64_t{picture->width} * picture->height * *depth;
}

std::uint64_t segment_bytes(const Arguments& arguments, std::uint64_t payload) {
    const std::string kind = arguments.text("kind");
    const auto participants = static_cast<std::uint32_t>(arguments.number("participants", 2, 1024));
    const auto slots = static_cast<std::uint32_t>(arguments.number("slots", 1, 65'535));
    if (kind == "channel") {
        const ChannelShape shape{.slot_count = slots,
                                 .payload_bytes = payload,
                                 .reply_bytes = arguments.size("reply"),
                                 .participants = participants};
        return inspect::segment_bytes(shape).value();
    }
    if (kind == "topic") {
        return inspect::segment_bytes(
                   TopicShape{.history = slots, .payload_bytes = payload, .participants = participants})
            .value();
    }
    if (kind != "latest") throw UsageError("--kind: '" + kind + "' is none of channel, topic, latest");
    return inspect::segment_bytes(LatestShape{.capacity_bytes = payload, .participants = participants}).value();
}

/// What is needed, and as much again to replace a segment while the old one is still mapped; whole 64 MiB.
std::uint64_t shm_size_mebibytes(std::uint64_t needed) {
    constexpr std::uint64_t step = 64;
    return (2 * needed / mebibyte + step) / step * step;
}

ExitCode run(const Invocation& invocation) {
    const auto& arguments = invocation.arguments;
    const std::uint64_t payload = payload_bytes(invocation.operands.front());
    const std::uint64_t one = segment_bytes(arguments, payload);
    const std::uint64_t segments = arguments.number("segments", 1, 1'000'000);
    if (one > most_bytes / segments) throw UsageError("so much memory no machine has");
    const std::uint64_t needed = one * segments;
    const auto fits = inspect::fits(needed);
    if (arguments.flag("json")) {
        JsonObject object;
        object.add("payload_bytes", payload).add("segment_bytes", one).add("total_bytes", needed);
        object.add("shm_size_bytes", shm_size_mebibytes(needed) * mebibyte).add_flag("fits", bool(fits));
        std::cout << object.add("why_not", fits ? "" : fits.error().message()).str() << "\n";
        return ExitCode::ok;
    }
    std::cout << "one message    " << format_bytes(payload) << "\n"
              << "one segment    " << format_bytes(one) << " (" << one << " bytes)\n";
    if (segments > 1) std::cout << segments << " segments     " << format_bytes(needed) << "\n";
    std::cout << "in a container docker run --shm-size=" << shm_size_mebibytes(needed)
              << "m    (room for it twice: while it is replaced)\n"
              << "on this machine " << (fits ? "it fits now" : "it does not fit now: " + fits.error().message())
              << "\n";
    return ExitCode::ok;
}

void add_options(po::options_description& options) {
    options.add_options()("kind", value("KIND", "channel"), "channel, topic or latest")(
        "slots", value("N", "8"), "messages that can exist at once; of a topic, its history")(
        "reply", value("SIZE", "0"), "of a channel: room for the answer")(
        "participants", value("N", "32"), "that can be attached at once")("segments", value("N", "1"),
                                                                          "so many of them");
    add_json_option(options);
}

}  // namespace

const Verb plan{"plan",
                "SIZE",
                1,
                1,
                Operand::word,
                "what a segment will cost, and the --shm-size for it",
                "SIZE: of one message: bytes, 64Ki, or a picture as 1920x1080x3. Creates nothing.",
                add_options,
                run};

}  // namespace handoff::apps::tool
