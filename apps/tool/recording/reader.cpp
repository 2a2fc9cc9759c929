#include "tool/recording/reader.hpp"

#include "common/units.hpp"
#include "tool/recording/checksum.hpp"

#include <handoff/inspect.hpp>

#include <algorithm>
#include <utility>

namespace handoff::apps::tool::recording {

namespace {

constexpr std::uint64_t chunk_head_bytes = 8 + 8 + 8 + 4 + 4 + 8;  // of one that is not compressed

Metadata read_metadata(ByteReader& in) {
    Metadata metadata;
    ByteReader pairs(in.bytes(in.u32()));
    while (!pairs.rest().empty() && pairs.ok()) {
        const std::string_view key = pairs.text();
        const std::string_view value = pairs.text();
        if (pairs.ok()) metadata.emplace(key, value);
    }
    return metadata;
}

/// Throws Error where the file cannot be an MCAP file.
void check_magic(InputFile& file) {
    const Bytes begin = file.peek(0, magic.size());
    if (std::ranges::equal(begin, magic)) return;
    constexpr std::size_t before_version = 5;
    const bool is_mcap = begin.size() == magic.size() &&
                         std::ranges::equal(begin.first(before_version), std::span(magic).first(before_version));
    throw Error(Errc::damaged, file.path() + (is_mcap         ? " was written by another major version of MCAP"
                                              : begin.empty() ? " is empty: nothing was recorded"
                                                              : " is no recording: MCAP files begin with other bytes"));
}

}  // namespace

Reader::Reader(std::string path) : file_(std::move(path)), walk_(file_, 0, 0) {
    check_magic(file_);
    survey();
    rewind();
}

void Reader::rewind() {
    walk_ = Walk(file_, magic.size(), data_end_);
    in_chunk_ = ByteReader({});
    damage_told_ = false;
}

// ---- the first walk through the file -----------------------------------------------------------------------------

void Reader::survey() {
    Walk walk(file_, magic.size(), file_.size());
    bool in_summary = false;
    bool whole = false;
    while (const auto record = walk.next()) {
        if (record->opcode == Opcode::data_end) in_summary = true;
        if (!in_summary) data_end_ = record->end();
        if (record->opcode == Opcode::chunk && !in_summary) survey_chunk(*record);
        if (record->opcode == Opcode::message && !in_summary) note_message(*record);
        declare(*record, in_summary);
        if (record->opcode != Opcode::footer) continue;
        whole = true;
        break;
    }
    if (!in_summary && !whole) say_where_it_ends(walk.at());
}

void Reader::say_where_it_ends(std::uint64_t at) {
    const Bytes tail = file_.peek(std::max(at, file_.size() - magic.size()), magic.size());
    const std::string place = " after byte " + std::to_string(at);
    if (std::ranges::equal(tail, magic))
        damage_ = file_.path() + " is damaged" + place + ": what lies behind it cannot be read";
    else
        cut_off_ = file_.path() + " was cut off" + place +
                   ": its recorder was killed, or had no more space. All before that can be read";
}

void Reader::survey_chunk(const Record& record) {
    const auto head = chunk_head(record);
    if (!head) return;
    Walk walk(file_, head->at, head->at + head->length);
    while (const auto inner = walk.next()) {
        if (inner->opcode == Opcode::message) note_message(*inner);
        declare(*inner, false);
    }
}

void Reader::note_message(const Record& record) {
    if (record.length < message_head_bytes) return;
    ByteReader head(file_.peek(record.at, sizeof(ChannelId)));
    ChannelContent& content = channels_[head.u16()];
    ++content.messages;
    ++messages_;
    content.largest_bytes = std::max(content.largest_bytes, record.length - message_head_bytes);
}

void Reader::declare(const Record& record, bool in_summary) {
    if (record.opcode != Opcode::schema && record.opcode != Opcode::channel) return;
    const auto bytes = content(record);
    ByteReader in(bytes);
    const std::uint16_t id = in.u16();
    if (record.opcode == Opcode::schema) {
        Schema schema{std::string(in.text()), std::string(in.text()), std::string(in.text())};
        if (in.ok() && (in_summary || !schemas_.contains(id))) schemas_[id] = std::move(schema);
        return;
    }
    const auto schema = schemas_.find(in.u16());
    Channel channel{std::string(in.text()), std::string(in.text()), {}, read_metadata(in)};
    if (schema != schemas_.end()) channel.schema = schema->second;
    // Chunks were not checked yet: the copy in the summary is the better one.
    if (in.ok() && (in_summary || channels_[id].channel.topic.empty())) channels_[id].channel = std::move(channel);
}

/// A sparse file may claim any number of bytes and have them, too: asked before anything is allocated.
void Reader::check_room(std::uint64_t at, std::uint64_t bytes) const {
    const std::uint64_t available = inspect::memory().ram_available_bytes / 2;
    if (bytes > available)
        throw Error(Errc::no_space, file_.path() + " has a record of " + bytes_in_words(bytes) + " at byte " +
                                        std::to_string(at) + "; this machine can give " + bytes_in_words(available) +
                                        " to read it");
}

std::vector<std::byte> Reader::content(const Record& record) {
    check_room(record.start(), record.length);
    std::vector<std::byte> bytes(static_cast<std::size_t>(record.length));
    file_.read(record.at, bytes);
    return bytes;
}

std::optional<Reader::ChunkHead> Reader::chunk_head(const Record& record) {
    ByteReader in(file_.peek(record.at, static_cast<std::size_t>(std::min<std::uint64_t>(record.length, 256))));
    in.u64();  // the times
    in.u64();
    in.u64();  // the size, again below
    const std::uint32_t checksum = in.u32();
    const std::string_view compression = in.text();
    const std::uint64_t length = in.u64();
    if (in.ok() && !compression.empty())
        throw Error(Errc::mismatch, file_.path() + " is compressed (" + std::string(compression) +
                                        "), which cannot be read here: 'mcap decompress' makes one that is not");
    if (!in.ok() || record.length < chunk_head_bytes || length > record.length - chunk_head_bytes) return std::nullopt;
    return ChunkHead{record.start(), record.at + chunk_head_bytes, length, checksum};
}

// ---- reading -----------------------------------------------------------------------------------------------------

Failure Reader::damaged(std::uint64_t at, const std::string& why) {
    in_chunk_ = ByteReader({});
    return {Errc::damaged, file_.path() + " is damaged in the chunk at byte " + std::to_string(at) + ": " + why};
}

result<void> Reader::load_chunk(const Record& record) {
    const auto head = chunk_head(record);
    chunk_at_ = record.start();
    if (!head) return damaged(chunk_at_, "its sizes contradict each other. It is left out");
    check_room(chunk_at_, head->length);
    chunk_.resize(static_cast<std::size_t>(head->length));
    file_.read(head->at, chunk_);
    if (head->checksum != 0 && head->checksum != checksum_of(chunk_))
        return damaged(chunk_at_, "its bytes are not those that were written, the checksum says. It is left out");
    in_chunk_ = ByteReader(chunk_);
    return success();
}

result<std::optional<Message>> Reader::next_in_chunk() {
    while (!in_chunk_.rest().empty()) {
        const auto opcode = static_cast<Opcode>(in_chunk_.u8());
        ByteReader in(in_chunk_.bytes(in_chunk_.u64()));
        if (!in_chunk_.ok()) return damaged(chunk_at_, "a record in it has no end. The rest of it is left out");
        if (opcode != Opcode::message) continue;
        const MessageHead head{in.u16(), in.u32(), in.u64(), in.u64()};
        const auto found = channels_.find(head.channel);
        if (!in.ok() || found == channels_.end() || found->second.channel.topic.empty())
            return Failure(Errc::damaged, file_.path() + " holds a message of channel " + std::to_string(head.channel) +
                                              ", which it does not describe. It is left out");
        return std::optional(Message{found->second.channel, head, in.rest()});
    }
    return std::optional<Message>();
}

result<std::optional<Message>> Reader::next() {
    for (;;) {
        auto message = next_in_chunk();
        if (!message || *message) return message;
        const auto record = walk_.next();
        if (!record && !damage_.empty() && !std::exchange(damage_told_, true)) return Failure(Errc::damaged, damage_);
        if (!record) return std::optional<Message>();
        if (record->opcode == Opcode::chunk) {
            if (auto loaded = load_chunk(*record); !loaded) return loaded.error();
        } else if (record->opcode == Opcode::message) {  // others write them without a chunk around them
            chunk_at_ = record->start();
            chunk_ = content({record->opcode, record->start(), record->length + record_head_bytes});
            in_chunk_ = ByteReader(chunk_);
        }
    }
}

}  // namespace handoff::apps::tool::recording
