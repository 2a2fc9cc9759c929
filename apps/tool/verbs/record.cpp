// record: messages of topics and latest values into a file.
#include "common/console.hpp"
#include "common/json.hpp"
#include "common/patience.hpp"
#include "common/units.hpp"
#include "tool/recording/recorder.hpp"
#include "tool/recording/tape.hpp"
#include "tool/verbs.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <functional>
#include <iostream>
#include <optional>
#include <string>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

using recording::Compression;
using recording::Recorder;
using recording::Tape;

recording::Split split_of(const Arguments& arguments) {
    recording::Split split;
    if (!arguments.given("split")) return split;
    const std::string text = arguments.text("split");
    if (const auto time = parse_duration(text))
        split.time = *time;
    else if (const auto bytes = parse_size(text))
        split.bytes = *bytes;
    else
        throw UsageError("--split: '" + text + "' is neither a size, as 500M or 4Gi, nor a duration, as 10min");
    if (split.bytes == 0 || split.time == std::chrono::nanoseconds(0))
        throw UsageError("--split: nothing fits into " + text);
    return split;
}

Compression compression_of(const Arguments& arguments) {
    const std::string text = arguments.text("compression");
    for (const Compression compression : {Compression::none, Compression::lz4, Compression::zstd}) {
        if (text != to_string(compression)) continue;
        if (!is_built_in(compression)) throw Error(Errc::mismatch, "--compression: " + how_to_build_in(compression));
        return compression;
    }
    throw UsageError("--compression: '" + text + "' is none of none, lz4, zstd");
}

Recorder::Limits limits_of(const Arguments& arguments) {
    Recorder::Limits limits;
    if (arguments.given("duration")) limits.until = in(arguments.duration("duration"));
    if (arguments.given("count")) limits.messages = arguments.number("count", 1, UINT64_MAX);
    return limits;
}

std::string files_in_words(const Tape& tape) {
    return tape.files() == 1 ? tape.first_path()
                             : counted(tape.files(), "file") + ", the first is " + tape.first_path();
}

void say_losses(const Tape& tape, Console& console) {
    for (const auto& [name, count] : tape.counts()) {
        const std::string total = " of " + std::to_string(count.recorded + count.lost());
        const std::string begin = "lost of " + name + ": ";
        if (count.overwritten > 0)
            console.say(begin + std::to_string(count.overwritten) + total +
                        ", overwritten before they could be copied: a longer history helps");
        if (count.unwritten > 0)
            console.say(begin + std::to_string(count.unwritten) + total + ", copied, but the file could not take them");
    }
}

void report(const Recorder& recorder, const Tape& tape, double seconds, const Arguments& arguments, Console& console) {
    console.end_progress();
    console.say(counted(tape.messages(), "message") + " of " + counted(recorder.segments(), "segment") +
                " recorded in " + fixed(seconds, 1) + " s, " + bytes_in_words(tape.bytes()) + ": " +
                files_in_words(tape));
    say_losses(tape, console);
    if (!arguments.flag("json")) return;
    JsonObject json;
    json.add("file", tape.first_path()).add("files", std::uint64_t{tape.files()}).add("file_bytes", tape.bytes());
    json.add("segments", std::uint64_t{recorder.segments()}).add("messages", tape.messages());
    json.add("payload_bytes", tape.payload_bytes()).add("lost", tape.lost());
    json.add("unwritten", tape.unwritten()).add("seconds", seconds);
    std::cout << json.str() << std::endl;
}

/// Records, and completes the file whatever happens. Returns why it ended early, if it did.
std::optional<Failure> record_all(Recorder& recorder, Tape& tape, const Recorder::Limits& limits,
                                  const std::function<void()>& progress, Console& console) {
    std::optional<Failure> failure;
    try {
        recorder.run(limits, progress);
    } catch (const Error& error) {
        failure = error.failure();
    }
    try {
        tape.close();  // where the disk is full, the summary may still fit
    } catch (const Error& error) {
        if (failure) console.complain(error.what());
        if (!failure) failure = error.failure();
    }
    return failure;
}

ExitCode exit_code(const Recorder& recorder, const Tape& tape, const Arguments& arguments, Console& console) {
    if (recorder.failed()) return ExitCode::failed;
    if (recorder.segments() == 0 && !stop_requested()) {
        console.complain("nothing was recorded: no topic and no latest value of that name appeared");
        return ExitCode::timed_out;
    }
    return arguments.flag("strict") && tape.lost() > 0 ? ExitCode::lost : ExitCode::ok;
}

ExitCode run_record(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    if (!arguments.given("output")) throw UsageError("-o FILE.mcap is missing");
    Console console("handoff record", arguments.flag("quiet"));
    const Tape::Form form{split_of(arguments), compression_of(arguments)};
    const auto limits = limits_of(arguments);
    Recorder::check(invocation.operands);
    Tape tape(arguments.text("output"), arguments.flag("force"), form);
    Recorder recorder({invocation.operands, arguments.texts("exclude")}, tape,
                      [&](const std::string& sentence) { console.say(sentence); });
    const auto began = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - began).count(); };
    const std::optional<std::uint64_t> total = arguments.given("count") ? std::optional(limits.messages) : std::nullopt;
    const auto progress = [&] {
        console.progress(recorder.recorded(), total, static_cast<double>(recorder.recorded()) / seconds());
    };
    const auto failure = record_all(recorder, tape, limits, progress, console);
    report(recorder, tape, seconds(), arguments, console);
    if (failure) throw Error(*failure);
    return exit_code(recorder, tape, arguments, console);
}

void add_options(po::options_description& options) {
    options.add_options()("output,o", value("FILE.mcap"), "where to; it must not exist yet")(
        "force", po::bool_switch(), "replace it if it exists")("duration", value("D"), "end after so long")(
        "count", value("N"), "end after N messages")("exclude",
                                                     po::value<std::vector<std::string>>()->value_name("GLOB"),
                                                     "leave out what fits; may be given several times")(
        "split", value("SIZE|D"), "begin another file after so many bytes, or after so long: FILE-001.mcap, ...")(
        "compression", value("none|lz4|zstd", "none"), "of what is written: smaller files for more work")(
        "strict", po::bool_switch(), "end with exit code 5 if a message was lost")("quiet", po::bool_switch(),
                                                                                   "errors only");
    add_json_option(options);
}

}  // namespace

const Verb record{
    "record",
    "GLOB... -o FILE.mcap",
    1,
    any_number,
    Operand::segment,
    "topics and latest values into a file, until Ctrl-C",
    "Records every topic and latest value whose name fits, also those that appear meanwhile. Begins with the\n"
    "newest message there is. Nobody is disturbed or held up: what is overwritten before it could be copied\n"
    "is counted as lost. Until it is complete, the file is called FILE.mcap.XXXXXXXX.partial: what is a second\n"
    "old is in it, whatever happens to the recorder, and can be played.\n"
    "The format is MCAP; docs/recordings.md tells what is in it and who reads it.",
    add_options,
    run_record};

}  // namespace handoff::apps::tool
