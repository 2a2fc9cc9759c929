// record: messages of topics and latest values into a file.
#include "cli/console.hpp"
#include "cli/json.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "tool/recording/recorder.hpp"
#include "tool/recording/recording_writer.hpp"
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

using mcap::Compression;
using recording::Recorder;
using recording::RecordingWriter;

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

std::string format_files(const RecordingWriter& recording) {
    return recording.files() == 1 ? recording.first_path()
                                  : counted(recording.files(), "file") + ", the first is " + recording.first_path();
}

void report_losses(const RecordingWriter& recording, Console& console) {
    for (const auto& [name, count] : recording.counts()) {
        const std::string total = " of " + std::to_string(count.recorded + count.lost());
        const std::string begin = "lost of " + name + ": ";
        if (count.overwritten > 0)
            console.info(begin + std::to_string(count.overwritten) + total +
                         ", overwritten before they could be copied: a longer history helps");
        if (count.unwritten > 0)
            console.info(begin + std::to_string(count.unwritten) + total +
                         ", copied, but the file could not take them");
    }
}

void report(const Recorder& recorder, const RecordingWriter& recording, double seconds, const Arguments& arguments,
            Console& console) {
    console.end_progress();
    console.info(counted(recording.messages(), "message") + " of " + counted(recorder.segments(), "segment") +
                 " recorded in " + fixed(seconds, 1) + " s, " + format_bytes(recording.bytes()) + ": " +
                 format_files(recording));
    report_losses(recording, console);
    if (!arguments.flag("json")) return;
    JsonObject json;
    json.add("file", recording.first_path())
        .add("files", std::uint64_t{recording.files()})
        .add_exact("file_bytes", recording.bytes());
    json.add("segments", std::uint64_t{recorder.segments()}).add("messages", recording.messages());
    json.add_exact("payload_bytes", recording.payload_bytes()).add("lost", recording.lost());
    json.add("unwritten", recording.unwritten()).add("seconds", seconds);
    std::cout << json.str() << std::endl;
}

/// Records, and completes the file in every case. Returns why it ended early, if it did.
std::optional<Failure> record_all(Recorder& recorder, RecordingWriter& recording, const Recorder::Limits& limits,
                                  const std::function<void()>& progress, Console& console) {
    std::optional<Failure> failure;
    try {
        recorder.run(limits, progress);
    } catch (const Error& error) {
        failure = error.failure();
    }
    try {
        recording.close();  // where the disk is full, the summary may still fit
    } catch (const Error& error) {
        if (failure) console.error(error.what());
        if (!failure) failure = error.failure();
    }
    return failure;
}

ExitCode exit_code(const Recorder& recorder, const RecordingWriter& recording, const Arguments& arguments,
                   Console& console) {
    if (recorder.failed()) return ExitCode::failed;
    if (recorder.segments() == 0 && !stop_requested()) {
        console.error("nothing was recorded: no topic and no latest value of that name appeared");
        return ExitCode::timed_out;
    }
    return arguments.flag("strict") && recording.lost() > 0 ? ExitCode::lost : ExitCode::ok;
}

ExitCode run_record(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    if (!arguments.given("output")) throw UsageError("-o FILE.mcap is missing");
    Console console("handoff record", arguments.flag("quiet"));
    const RecordingWriter::Form form{split_of(arguments), compression_of(arguments)};
    const auto limits = limits_of(arguments);
    Recorder::check(invocation.operands);
    RecordingWriter recording(arguments.text("output"), arguments.flag("force"), form);
    Recorder recorder({invocation.operands, arguments.texts("exclude")}, recording,
                      [&](const std::string& sentence) { console.info(sentence); });
    const auto began = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - began).count(); };
    const std::optional<std::uint64_t> total = arguments.given("count") ? std::optional(limits.messages) : std::nullopt;
    const auto progress = [&] {
        console.progress(recorder.recorded(), total, static_cast<double>(recorder.recorded()) / seconds());
    };
    const auto failure = record_all(recorder, recording, limits, progress, console);
    report(recorder, recording, seconds(), arguments, console);
    if (failure) throw Error(*failure);
    return exit_code(recorder, recording, arguments, console);
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
    "newest message there is. Disturbs and delays no participant: what is overwritten before it could be copied\n"
    "is counted as lost. Until it is complete, the file is called FILE.mcap.XXXXXXXX.partial: what is a second\n"
    "old is in it, even if the recorder is killed, and can be played.\n"
    "The format is MCAP; docs/recordings.md describes its content and which programs read it.",
    add_options,
    run_record};

}  // namespace handoff::apps::tool
