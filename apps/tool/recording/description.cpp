#include "tool/recording/description.hpp"

#include "cli/new_file.hpp"
#include "cli/printable.hpp"
#include "cli/units.hpp"
#include "tool/format.hpp"
#include "tool/table.hpp"

#include <handoff/inspect.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <vector>

namespace handoff::apps::tool::recording {

namespace {

using Json = nlohmann::ordered_json;

/// What the file holds of one topic, in all its channels.
struct Topic {
    std::string encoding, schema, kind;
    std::uint64_t messages = 0, bytes = 0, largest_bytes = 0;
    std::optional<std::uint64_t> lost;  ///< as the recorder counted
};

Metadata counts_of(Reader& reader) {
    for (const Record& record : reader.inventory().metadata)
        if (const NamedMetadata found = reader.metadata(record); found.name == counts_name) return found.pairs;
    return {};
}

std::map<std::string, Topic> topics_of(Reader& reader) {
    std::map<std::string, Topic> topics;
    for (const auto& [id, content] : reader.channels()) {
        const Channel& channel = content.channel;
        Topic& topic = topics[channel.topic.empty() ? "channel " + std::to_string(id) : channel.topic];
        topic.encoding = channel.message_encoding;
        topic.schema = channel.schema.name;
        if (const auto kind = channel.metadata.find("kind"); kind != channel.metadata.end()) topic.kind = kind->second;
        topic.messages += content.messages;
        topic.bytes += content.bytes;
        topic.largest_bytes = std::max(topic.largest_bytes, content.largest_bytes);
    }
    const Metadata counts = counts_of(reader);
    for (const auto& [key, text] : counts)
        if (key.starts_with(lost_prefix)) topics[key.substr(lost_prefix.size())].lost = number_in(counts, key);
    return topics;
}

double seconds_of(const TimeSpan& times) {
    return static_cast<double>(times.last_ns - times.first_ns) / 1e9;
}

/// Of what comes in a file nothing steers the terminal, and a row stays a row.
std::string word(const std::string& text) {
    std::string shown = printable(text);
    std::ranges::replace(shown, '\n', '?');
    return shown.empty() ? "-" : shown;
}

std::string format_rate(std::uint64_t messages, double seconds) {
    return seconds > 0 ? fixed(static_cast<double>(messages) / seconds, 1) + "/s" : "-";
}

std::string topics_table(Reader& reader) {
    Table table({"TOPIC", "KIND", ">MESSAGES", ">RATE", ">BYTES", ">LARGEST", ">LOST", "ENCODING", "SCHEMA"});
    const double seconds = seconds_of(reader.inventory().times);
    for (const auto& [name, topic] : topics_of(reader))
        table.add({word(name), word(topic.kind), std::to_string(topic.messages), format_rate(topic.messages, seconds),
                   format_bytes(topic.bytes), format_bytes(topic.largest_bytes),
                   topic.lost ? std::to_string(*topic.lost) : "-", word(topic.encoding), word(topic.schema)});
    return table.empty() ? "  none\n" : table.str("  ");
}

std::string format_chunks(const Inventory& inventory) {
    std::string words;
    for (const auto& [compression, chunks] : inventory.chunks) {
        words += (words.empty() ? "" : "; ") + counted(chunks.count, "chunk") + ", ";
        if (compression == Compression::none)
            words += "not compressed";
        else
            words += std::string(to_string(compression)) + ": " + format_bytes(chunks.bytes) + " in " +
                     format_bytes(chunks.packed_bytes);
    }
    return words.empty() ? "no chunks" : words;
}

std::string format_times(const TimeSpan& times) {
    if (times.empty) return "no message";
    const auto first = std::chrono::nanoseconds(static_cast<std::int64_t>(times.first_ns));
    return fixed(seconds_of(times), 1) + " s from " +
           format_time(std::chrono::system_clock::time_point(
               std::chrono::duration_cast<std::chrono::system_clock::duration>(first)));
}

std::vector<std::string> problems_of(const Reader& reader) {
    const Inventory& inventory = reader.inventory();
    std::vector<std::string> problems;
    if (!reader.cut_off().empty()) problems.push_back(reader.cut_off());
    if (!reader.damage().empty()) problems.push_back(reader.damage());
    if (!inventory.is_complete && problems.empty())
        problems.push_back("its end is not whole: many readers refuse such a file");
    if (inventory.unreadable_chunks > 0)
        problems.push_back(counted(inventory.unreadable_chunks, "chunk") + " cannot be read");
    return problems;
}

}  // namespace

bool is_meant(const std::string& name) {
    std::error_code ignored;
    const bool looks_like_it = name.ends_with(".mcap") || is_partial_file(name);
    if (!looks_like_it && !std::filesystem::is_regular_file(name, ignored)) return false;
    if (name.find('/') != std::string::npos) return true;
    return std::ranges::none_of(inspect::find(name), [&](const auto& segment) { return segment.name == name; });
}

std::string format_description(Reader& reader) {
    const Inventory& inventory = reader.inventory();
    std::string words = printable(reader.file().path()) + ": recording, " + format_bytes(reader.file().size()) +
                        (inventory.is_complete ? ", complete\n" : ", not complete\n");
    words += "  written by " + word(inventory.header.library) + ", profile " + word(inventory.header.profile) + "\n";
    words += "  " + format_times(inventory.times) + "\n";
    words += "  " + counted(reader.messages(), "message") + " in " + format_chunks(inventory) + "; " +
             counted(inventory.attachments.size(), "attachment") + "\n\ntopics\n" + topics_table(reader) + "\n";
    const auto problems = problems_of(reader);
    words += problems.empty() ? "nothing looks wrong (checksums are not looked at: `handoff repair` does)\n"
                              : "what looks wrong\n";
    for (const std::string& problem : problems) words += "  * " + word(problem) + "\n";
    if (!problems.empty() && reader.messages() > 0)
        words += "    -> `handoff repair '" + word(reader.file().path()) +
                 "'` copies what can be read into a file with an end\n";
    return words;
}

std::string description_json(Reader& reader) {
    const Inventory& inventory = reader.inventory();
    Json json{{"schema", "handoff-recording/1"},
              {"file", reader.file().path()},
              {"file_bytes", reader.file().size()},
              {"profile", inventory.header.profile},
              {"library", inventory.header.library},
              {"complete", inventory.is_complete},
              {"problems", problems_of(reader)},
              {"messages", reader.messages()},
              {"attachments", inventory.attachments.size()},
              // strings: a number in JSON holds 53 bits
              {"first_ns", std::to_string(inventory.times.first_ns)},
              {"last_ns", std::to_string(inventory.times.last_ns)},
              {"seconds", seconds_of(inventory.times)},
              {"chunks", Json::array()},
              {"topics", Json::array()}};
    for (const auto& [compression, chunks] : inventory.chunks)
        json["chunks"].push_back({{"compression", to_string(compression)},
                                  {"count", chunks.count},
                                  {"packed_bytes", chunks.packed_bytes},
                                  {"bytes", chunks.bytes}});
    for (const auto& [name, topic] : topics_of(reader))
        json["topics"].push_back({{"name", name},
                                  {"kind", topic.kind},
                                  {"encoding", topic.encoding},
                                  {"schema", topic.schema},
                                  {"messages", topic.messages},
                                  {"bytes", topic.bytes},
                                  {"largest_bytes", topic.largest_bytes},
                                  {"lost", topic.lost ? Json(*topic.lost) : Json()}});
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace handoff::apps::tool::recording
