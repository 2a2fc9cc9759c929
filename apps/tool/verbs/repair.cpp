// repair: a recording that was cut off or is damaged, copied into one that every reader opens.
#include "mcap/repair.hpp"

#include "cli/console.hpp"
#include "cli/json.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "tool/verbs.hpp"

#include <handoff/error.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

using mcap::Reader;
using mcap::Repaired;
using mcap::Writer;

constexpr std::uint64_t most_problems = 20;  ///< that are printed one by one

bool needs_repair(const Reader& reader) {
    return !reader.inventory().is_complete || reader.inventory().unreadable_chunks > 0;
}

/// Whole: every chunk can be read, its checksum is right, and the end is there.
bool is_whole(Reader& reader) {
    if (needs_repair(reader)) return false;
    for (;;) {
        const auto message = reader.next();
        if (!message) return reader.rewind(), false;
        if (!*message) return reader.rewind(), true;
    }
}

/// A file is never written over itself: it is the only copy.
void check_target(const std::string& from, const std::string& to) {
    std::error_code ignored;
    if (std::filesystem::equivalent(from, to, ignored))
        throw UsageError("-o: " + to + " is the recording itself, which stays as it is. Name another file");
}

std::string what_was_cut(const Reader& reader) {
    if (!reader.cut_off().empty()) return reader.cut_off();
    if (!reader.damage().empty()) return reader.damage();
    return reader.file().path() + (reader.inventory().is_complete ? " has its end" : " has no whole end");
}

void report(const Reader& reader, const Repaired& done, const std::string& to, const Arguments& arguments,
            Console& console) {
    const std::uint64_t to_bytes = std::filesystem::file_size(to);
    console.end_progress();
    if (done.left_out > most_problems)
        console.error("and " + std::to_string(done.left_out - most_problems) + " more that are left out");
    std::string kept = "kept: " + counted(done.messages, "message") + " of " + counted(done.by_topic.size(), "topic");
    if (done.attachments > 0) kept += ", " + counted(done.attachments, "attachment");
    console.info(kept + ", " + format_bytes(to_bytes) + ": " + to);
    if (!arguments.flag("json")) return;
    JsonObject json;
    json.add("file", to).add("file_bytes", to_bytes).add("messages", done.messages);
    json.add("topics", std::uint64_t{done.by_topic.size()}).add("attachments", done.attachments);
    json.add("metadata", done.metadata).add("left_out", done.left_out);
    json.add_flag("was_complete", reader.inventory().is_complete);
    std::cout << json.str() << std::endl;
}

Repaired write_copy(Reader& reader, const std::string& to, const Arguments& arguments, Console& console) {
    Writer::Options options;
    options.replace = arguments.flag("force");
    options.compression = mcap::compression_of(reader);
    options.header = reader.inventory().header;
    options.unfinished = mcap::OutputFile::Unfinished::removed;
    Writer writer(to, options);
    const auto began = Clock::now();
    const auto progress = [&](std::uint64_t messages) {
        const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
        console.progress(messages, reader.messages(), static_cast<double>(messages) / seconds);
    };
    std::uint64_t problems = 0;
    const auto on_problem = [&](const std::string& sentence) {
        if (++problems <= most_problems) console.error(sentence);
    };
    return mcap::repair(reader, writer, on_problem, progress);
}

ExitCode run_repair(const Invocation& invocation) {
    const Arguments& arguments = invocation.arguments;
    const std::string& from = invocation.operands.front();
    Console console("handoff repair", arguments.flag("quiet"));
    Reader reader(from);
    if (!arguments.given("output") && is_whole(reader)) {
        console.info(from + " is whole: every checksum is right, and it has its end. Nothing was written");
        return ExitCode::ok;
    }
    const std::string to = arguments.given("output") ? arguments.text("output") : mcap::repaired_path(from);
    check_target(from, to);
    if (reader.messages() == 0)
        throw Error(Errc::damaged,
                    what_was_cut(reader) + ". It holds no message that can be kept: nothing was written");
    console.info(what_was_cut(reader));
    const Repaired done = write_copy(reader, to, arguments, console);
    if (!done.is_whole) {
        console.end_progress();
        console.error("interrupted: nothing was written");
        return ExitCode::failed;
    }
    report(reader, done, to, arguments, console);
    return ExitCode::ok;
}

void add_options(po::options_description& options) {
    options.add_options()("output,o", value("FILE.mcap"),
                          "where to, instead of FILE-repaired.mcap; it must not exist yet")(
        "force", po::bool_switch(), "replace it if it exists")("quiet", po::bool_switch(), "errors only");
    add_json_option(options);
}

}  // namespace

const Verb repair{
    "repair",
    "FILE.mcap",
    1,
    1,
    Operand::file,
    "copy a recording that was cut off into a whole one",
    "What a recorder left that was killed or had no more space, and what was damaged later: copies everything\n"
    "that can be read into FILE-repaired.mcap (FILE.mcap for FILE.mcap.XXXXXXXX.partial), with an index and an\n"
    "end, so that other readers open it. Reports what is kept and what is left out. FILE stays as it is; the copy\n"
    "has its name when it is complete, and is removed otherwise. A whole FILE is only copied with -o.",
    add_options,
    run_repair};

}  // namespace handoff::apps::tool
