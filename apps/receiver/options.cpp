#include "receiver/options.hpp"

#include "cli/arguments.hpp"
#include "cli/command_line.hpp"

#include <boost/program_options/value_semantic.hpp>

namespace po = boost::program_options;

namespace handoff::apps::receiver {

namespace {

constexpr const char* purpose =
    "Takes pictures that senders hand over through shared memory, processes them, and answers with the result.\n"
    "Any number of receivers share the work of a channel; each picture goes to one of them.\n";

constexpr const char* more =
    "Operations:\n"
    "  none      an empty answer               flip      left becomes right\n"
    "  gray      one channel                   equalize  histogram of the luminance made flat\n"
    "  blur      5 x 5 Gaussian                checksum  64-bit FNV-1a over the bytes, as 16 hexadecimal digits\n"
    "  edges     Canny, thresholds 80 and 160\n"
    "\n"
    "Examples:\n"
    "  receiver --operation gray              until every sender has left\n"
    "  receiver --operation edges --workers 2 --stay\n"
    "  receiver --operation blur --out blurred --idle-timeout 30s\n"
    "  receiver --topic wall --newest --operation edges\n"
    "\n"
    "Either side may start first: a receiver waits for its channel. It ends when every sender has left and nothing is\n"
    "queued (not with --stay), after --count pictures, after --idle-timeout without any, or with Ctrl-C: the first "
    "one\n"
    "finishes the picture in hand, the second one ends at once. A receiver that is killed loses nothing: its picture "
    "is\n"
    "delivered again.\n";

po::options_description what_to_do() {
    po::options_description options("What to do");
    options.add_options()("channel", value("NAME", "frames"), "the channel")(
        "operation", value("NAME", "none"), "none, gray, blur, edges, flip, equalize or checksum")(
        "in-place", po::bool_switch(),
        "edit the picture itself instead of answering with a new one; the sender must "
        "have created the channel with --in-place")("workers", value("K", "1"),
                                                    "pictures processed at once, in threads")(
        "out", value("DIR"), "write what was made into DIR, as PNG; files that are there are kept")(
        "topic", value("NAME"), "look at a topic instead: every receiver sees every picture, at its own pace")(
        "newest", po::bool_switch(), "of a topic: always the newest picture, leaving out what came before");
    return options;
}

po::options_description when_to_end() {
    po::options_description options("When to end");
    options.add_options()("count", value("N"), "after N pictures")(
        "idle-timeout", value("D"), "when no picture came for so long (250ms, 5s, 2min, 1h)")(
        "stay", po::bool_switch(), "not when all senders have left");
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
    CommandLine line{.program = "receiver",
                     .operands = "",
                     .summary = "takes pictures out of shared memory, processes them, and answers",
                     .description = purpose,
                     .more = more,
                     .options = {},
                     .words = {{"completion", {"bash", "zsh", "fish"}}, {"operation", names_of_operations()}}};
    line.options.add(what_to_do()).add(when_to_end()).add(output());
    return line;
}

void refuse_if(bool is_invalid, const char* why) {
    if (is_invalid) throw UsageError(why);
}

Options options_in(const Arguments& arguments) {
    Options options;
    options.channel = arguments.text("channel");
    const auto operation = operation_named(arguments.text("operation"));
    if (!operation) throw UsageError("--operation: " + operation.error().message());
    options.operation = *operation;
    options.topic = arguments.text("topic");
    options.newest = arguments.flag("newest");
    refuse_if(arguments.given("topic") && options.topic.empty(), "--topic needs a name");
    for (const char* option : {"channel", "workers"})
        if (arguments.given("topic") && arguments.given(option))
            throw UsageError("--topic looks and does not compete for work, so that --" + std::string(option) +
                             " means nothing: leave one of them out");
    refuse_if(!options.topic.empty() && arguments.flag("in-place"),
              "--in-place: pictures of a topic are shared by all subscribers and read-only");
    refuse_if(options.newest && options.topic.empty(), "--newest belongs to --topic");
    options.in_place = arguments.flag("in-place");
    options.workers = static_cast<std::uint32_t>(arguments.number("workers", 1, 256));
    if (arguments.given("count")) options.count = arguments.number("count", 1, UINT64_MAX);
    if (arguments.given("idle-timeout")) options.idle_timeout = arguments.duration("idle-timeout");
    options.stay = arguments.flag("stay");
    options.out_folder = arguments.text("out");
    options.json = arguments.flag("json");
    options.quiet = arguments.flag("quiet");
    refuse_if(options.in_place && !makes_a_picture(options.operation),
              "--in-place edits the picture, but --operation none and checksum change nothing: leave one of them out");
    refuse_if(!options.out_folder.empty() && options.operation == Operation::checksum,
              "--out writes pictures, but --operation checksum makes none: leave one of them out");
    refuse_if(arguments.given("out") && options.out_folder.empty(), "--out needs the name of a folder");
    return options;
}

}  // namespace

std::optional<Options> read_options(int argc, const char* const* argv) {
    const CommandLine line = command_line();
    const Arguments arguments(argc, argv, line.options);
    if (print_information(line, arguments)) return {};
    return options_in(arguments);
}

}  // namespace handoff::apps::receiver
