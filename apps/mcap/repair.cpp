#include "mcap/repair.hpp"

#include "cli/new_file.hpp"
#include "cli/waits.hpp"
#include "mcap/checksum.hpp"

#include <algorithm>
#include <filesystem>

namespace handoff::apps::mcap {

namespace {

constexpr std::uint64_t piece_bytes = 1 << 20;

/// The checksum at the end of an attachment is that of all before it; 0: none. Read piece by piece: it may be large.
bool is_intact(Reader& from, const Record& attachment) {
    constexpr std::uint64_t checksum_bytes = 4;
    if (attachment.length < checksum_bytes) return false;
    const std::uint64_t end = attachment.end() - checksum_bytes;
    std::vector<std::byte> piece;
    std::uint32_t checksum = 0;
    for (std::uint64_t at = attachment.at; at < end; at += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min(piece_bytes, end - at)));
        from.read(at, piece);
        checksum = checksum_of(piece, checksum);
    }
    piece.resize(checksum_bytes);
    from.read(end, piece);
    const std::uint32_t said = ByteReader(piece).u32();
    return said == 0 || said == checksum;
}

class Copy {
public:
    Copy(Reader& from, Writer& to, const std::function<void(const std::string&)>& on_problem)
        : from_(from), to_(to), on_problem_(on_problem) {}

    void messages(const std::function<void(std::uint64_t)>& progress) {
        while (!stop_requested()) {
            const auto message = from_.next();
            if (!message) {
                leave_out(message.error().message());
                continue;
            }
            if (!*message) return;
            add(**message);
            progress(done_.messages);
        }
    }

    void attachments() {
        for (const Record& record : from_.inventory().attachments) {
            if (stop_requested()) return;
            if (!is_intact(from_, record)) {
                leave_out(from_.file().path() + ": the attachment at byte " + std::to_string(record.start()) +
                          " is damaged (its checksum is wrong). It is left out");
                continue;
            }
            to_.add_attachment(record.length, [&](std::uint64_t offset, std::span<std::byte> into) {
                from_.read(record.at + offset, into);
            });
            ++done_.attachments;
        }
    }

    void metadata() {
        for (const Record& record : from_.inventory().metadata) {
            NamedMetadata metadata = from_.metadata(record);
            if (metadata.name == counts_name) count_again(metadata.pairs);
            to_.add_metadata(metadata);
            ++done_.metadata;
        }
    }

    Repaired end() {
        if (stop_requested()) return done_;
        to_.close({});
        done_.is_whole = true;
        return done_;
    }

private:
    void add(const Message& message) {
        MessageHead head = message.head;
        head.channel = to_.channel(message.channel);
        to_.add(head, message.data);
        ++done_.messages;
        ++done_.by_topic[message.channel.topic];
    }
    /// What the recorder wrote and is not in the copy is lost, too.
    void count_again(Metadata& counts) const {
        const Metadata before = counts;
        for (const auto& [key, text] : before) {
            if (!key.starts_with(recorded_prefix)) continue;
            const std::string topic = key.substr(recorded_prefix.size());
            const auto kept = done_.by_topic.find(topic);
            const std::uint64_t now = kept == done_.by_topic.end() ? 0 : kept->second;
            const std::uint64_t was = number_in(before, key);
            const std::string lost_key = std::string(lost_prefix) + topic;
            if (now >= was) continue;
            counts[key] = std::to_string(now);
            counts[lost_key] = std::to_string(number_in(before, lost_key) + was - now);
        }
    }
    void leave_out(const std::string& sentence) {
        ++done_.left_out;
        on_problem_(sentence);
    }

    Reader& from_;
    Writer& to_;
    const std::function<void(const std::string&)>& on_problem_;
    Repaired done_;
};

}  // namespace

Repaired repair(Reader& from, Writer& to, const std::function<void(const std::string&)>& on_problem,
                const std::function<void(std::uint64_t messages)>& progress) {
    Copy copy(from, to, on_problem);
    copy.messages(progress);
    copy.attachments();
    copy.metadata();
    return copy.end();
}

Compression compression_of(const Reader& reader) {
    const auto& chunks = reader.inventory().chunks;
    const auto most = std::ranges::max_element(chunks, {}, [](const auto& entry) { return entry.second.count; });
    return most == chunks.end() ? Compression::none : most->first;
}

std::string repaired_path(const std::string& path) {
    const std::filesystem::path from(path);
    if (is_partial_file(from)) return std::filesystem::path(from).replace_extension().replace_extension().string();
    std::filesystem::path to(from);
    return to.replace_filename(from.stem().string() + "-repaired" + from.extension().string()).string();
}

}  // namespace handoff::apps::mcap
