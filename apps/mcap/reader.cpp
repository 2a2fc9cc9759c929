#include "mcap/reader.hpp"

#include "cli/units.hpp"
#include "mcap/checksum.hpp"

#include <handoff/inspect.hpp>

#include <algorithm>
#include <utility>

namespace handoff::apps::mcap {

namespace {

constexpr std::uint64_t chunk_head_bytes = 8 + 8 + 8 + 4 + 4 + 8;  // without the name of the compression
constexpr const char* left_out = ". It is left out";

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

Reader::Reader(std::string path) : file_(std::move(path)) {
    check_magic(file_);
    survey();
    rewind();
}

void Reader::rewind() {
    unopened_ = 0;
    sources_.clear();
    open_bytes_ = 0;
    shown_.reset();
    due_ = {};
    damage_reported_ = false;
}

// ---- the first walk through the file -----------------------------------------------------------------------------

void Reader::survey() {
    Cursor cursor(file_, magic.size(), file_.size());
    bool in_summary = false;
    bool whole = false;
    while (const auto record = cursor.next()) {
        if (record->opcode == Opcode::data_end) in_summary = true;
        if (!in_summary) note(*record);
        declare(*record, in_summary);
        if (record->opcode != Opcode::footer) continue;
        whole = true;
        inventory_.is_complete = has_its_end(*record);
        break;
    }
    if (!in_summary && !whole) describe_end(cursor.at());
    std::ranges::stable_sort(stretches_, {}, &Stretch::first_ns);
}

void Reader::note(const Record& record) {
    switch (record.opcode) {
        case Opcode::header: {
            const auto bytes = content(record);
            ByteReader in(bytes);
            inventory_.header = {std::string(in.text()), std::string(in.text())};
            break;
        }
        case Opcode::chunk:
            return survey_chunk(record);
        case Opcode::message:
            return survey_message(record);
        case Opcode::attachment:
            return inventory_.attachments.push_back(record);
        case Opcode::metadata:
            return inventory_.metadata.push_back(record);
        default:
            break;
    }
}

bool Reader::has_its_end(const Record& footer) {
    return footer.end() + magic.size() == file_.size() &&
           std::ranges::equal(file_.peek(footer.end(), magic.size()), magic);
}

NamedMetadata Reader::metadata(const Record& record) {
    const auto bytes = content(record);
    ByteReader in(bytes);
    std::string name(in.text());
    return {std::move(name), read_metadata(in)};
}

void Reader::describe_end(std::uint64_t at) {
    const Bytes tail = file_.peek(std::max(at, file_.size() - magic.size()), magic.size());
    const std::string place = " after byte " + std::to_string(at);
    if (std::ranges::equal(tail, magic))
        damage_ = file_.path() + " is damaged" + place + ": what lies behind it cannot be read";
    else
        cut_off_ = file_.path() + " was cut off" + place +
                   ": its recorder was killed, or had no more space. All before that can be read";
}

void Reader::survey_chunk(const Record& record) {
    TimeSpan times;
    const auto head = chunk_head(record);
    if (head && head->compression != Compression::none) {
        std::vector<std::byte> records;
        if (read_records(*head, records))
            note_records(records, times);
        else
            ++inventory_.unreadable_chunks;
    } else if (head) {
        Cursor cursor(file_, head->at, head->at + head->length);
        while (const auto inner = cursor.next()) {
            if (inner->opcode == Opcode::message)
                if (const auto time = note_message(file_.peek(inner->at, message_head_bytes), inner->length))
                    times.include(*time);
            declare(*inner, false);
        }
    }
    if (head) {
        Inventory::Chunks& chunks = inventory_.chunks[head->compression];
        ++chunks.count;
        chunks.packed_bytes += head->length;
        chunks.bytes += head->bytes;
    } else {
        ++inventory_.unreadable_chunks;
    }
    inventory_.times.include(times);
    if (times.empty && !stretches_.empty()) times.include(stretches_.back().first_ns);  // the problem is reported there
    stretches_.push_back({times.first_ns, times.last_ns, record.start(), record.end(), true});
}

void Reader::note_records(Bytes records, TimeSpan& times) {
    for (ByteReader in(records); !in.rest().empty();) {
        const auto opcode = static_cast<Opcode>(in.u8());
        const Bytes content = in.bytes(in.u64());
        if (!in.ok()) return;
        if (opcode == Opcode::message)
            if (const auto time = note_message(content, content.size())) times.include(*time);
        declare(opcode, content, false);
    }
}

void Reader::survey_message(const Record& record) {
    const auto time = note_message(file_.peek(record.at, message_head_bytes), record.length);
    if (!time) return;
    inventory_.times.include(*time);
    const bool goes_on = !stretches_.empty() && !stretches_.back().is_chunk && *time >= stretches_.back().last_ns;
    if (!goes_on) stretches_.push_back({*time, *time, record.start(), record.end(), false});
    stretches_.back().last_ns = *time;
    stretches_.back().end = record.end();
}

std::optional<std::uint64_t> Reader::note_message(Bytes begin, std::uint64_t length) {
    if (length < message_head_bytes) return std::nullopt;
    ByteReader head(begin);
    ChannelContent& content = channels_[head.u16()];
    ++content.messages;
    ++messages_;
    content.bytes += length - message_head_bytes;
    content.largest_bytes = std::max(content.largest_bytes, length - message_head_bytes);
    head.u32();  // the sequence
    return head.u64();
}

void Reader::declare(const Record& record, bool in_summary) {
    if (record.opcode == Opcode::schema || record.opcode == Opcode::channel)
        declare(record.opcode, content(record), in_summary);
}

void Reader::declare(Opcode opcode, Bytes content, bool in_summary) {
    if (opcode != Opcode::schema && opcode != Opcode::channel) return;
    ByteReader in(content);
    const std::uint16_t id = in.u16();
    if (opcode == Opcode::schema) {
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
    if (bytes <= available && open_bytes_ <= available - bytes) return;
    const std::string place = " at byte " + std::to_string(at);
    const std::string limit = "; this machine can give " + format_bytes(available) + " to read ";
    if (bytes > available || open_bytes_ == 0)
        throw Error(Errc::no_space, file_.path() + " has a record of " + format_bytes(bytes) + place + limit + "it");
    throw Error(Errc::no_space, file_.path() + " has a chunk of " + format_bytes(bytes) + place +
                                    " whose times overlap with chunks of " + format_bytes(open_bytes_) + limit +
                                    "them together");
}

std::vector<std::byte> Reader::content(const Record& record) {
    check_room(record.start(), record.length);
    std::vector<std::byte> bytes(static_cast<std::size_t>(record.length));
    file_.read(record.at, bytes);
    return bytes;
}

result<Reader::ChunkHead> Reader::chunk_head(const Record& record) {
    const auto contradiction = [&] {
        return damaged(record.start(), "its sizes contradict each other" + std::string(left_out));
    };
    ByteReader in(file_.peek(record.at, static_cast<std::size_t>(std::min<std::uint64_t>(record.length, 256))));
    in.u64();  // the times
    in.u64();
    const std::uint64_t bytes = in.u64();
    const std::uint32_t checksum = in.u32();
    const std::string_view name = in.text();
    const std::uint64_t head_bytes = chunk_head_bytes + name.size();
    const std::uint64_t length = in.u64();
    if (!in.ok() || record.length < head_bytes || length > record.length - head_bytes) return contradiction();
    const auto compression = compression_with_name_in_file(name);
    if (!compression)
        return damaged(record.start(),
                       "it is compressed with '" + std::string(name) + "', which MCAP does not know" + left_out);
    if (!is_built_in(*compression))
        throw Error(Errc::mismatch, file_.path() + " is compressed (" + std::string(name) + "), and " +
                                        how_to_build_in(*compression) +
                                        ". 'mcap decompress' makes one that is not compressed");
    if (*compression != Compression::none && !can_be(*compression, length, bytes)) return contradiction();
    return ChunkHead{record.start(), record.at + head_bytes,
                     length,         *compression == Compression::none ? length : bytes,
                     checksum,       *compression};
}

/// Fills in what can be read, even if the checksum is wrong; returns the problem.
result<void> Reader::read_records(const ChunkHead& head, std::vector<std::byte>& records) {
    const bool is_packed = head.compression != Compression::none;
    const std::uint64_t beside = is_packed ? head.length : 0;
    check_room(head.start, head.bytes > UINT64_MAX - beside ? UINT64_MAX : head.bytes + beside);
    std::vector<std::byte> packed;
    std::vector<std::byte>& read = is_packed ? packed : records;
    read.resize(static_cast<std::size_t>(head.length));
    file_.read(head.at, read);
    if (is_packed)
        if (const auto unpacked = decompress(head.compression, packed, head.bytes, records); !unpacked) {
            records.clear();
            return damaged(head.start, unpacked.error().message() + left_out);
        }
    if (head.checksum != 0 && head.checksum != checksum_of(records))
        return damaged(head.start,
                       "its bytes differ from those that were written (the checksum is wrong)" + std::string(left_out));
    return success();
}

// ---- reading -----------------------------------------------------------------------------------------------------

Failure Reader::damaged(std::uint64_t at, const std::string& why) const {
    return {Errc::damaged, file_.path() + " is damaged in the chunk at byte " + std::to_string(at) + ": " + why};
}

/// Fills in what can be read; returns what cannot.
result<void> Reader::load_chunk(Source& source, std::uint64_t at) {
    const auto record = source.cursor.next();
    if (!record) return damaged(at, "it was cut" + std::string(left_out));
    const auto head = chunk_head(*record);
    if (!head) return head.error();
    if (auto read = read_records(*head, source.bytes); !read) return read;
    ByteReader in(source.bytes);
    while (!in.rest().empty()) {
        const std::size_t offset = source.bytes.size() - in.rest().size();
        const auto opcode = static_cast<Opcode>(in.u8());
        ByteReader content(in.bytes(in.u64()));
        if (!in.ok()) return damaged(at, "a record in it has no end. The rest of it is left out");
        if (opcode != Opcode::message) continue;
        content.u16();
        content.u32();
        source.places.emplace_back(content.u64(), offset);
    }
    return success();
}

/// The next of those that have no chunk around them.
bool Reader::load_message(Source& source) {
    while (const auto record = source.cursor.next()) {
        if (record->opcode != Opcode::message) continue;
        source.bytes = content({record->opcode, record->start(), record->length + record_head_bytes});
        ByteReader in(source.bytes);
        in.bytes(record_head_bytes + 2 + 4);
        source.places.assign(1, {in.u64(), 0});
        source.next = 0;
        return true;
    }
    return false;
}

result<void> Reader::open(std::size_t index) {
    const Stretch& stretch = stretches_[index];
    Source source{Cursor(file_, stretch.start, stretch.end), {}, {}};
    result<void> loaded = success();
    if (stretch.is_chunk) {
        loaded = load_chunk(source, stretch.start);
        std::ranges::stable_sort(source.places, {}, &Place::first);
    } else {
        load_message(source);
    }
    if (source.places.empty()) return loaded;
    due_.emplace(source.places.front().first, index);
    open_bytes_ += source.bytes.size();
    sources_.emplace(index, std::move(source));
    return loaded;
}

/// Behind the message that was shown.
void Reader::go_on(std::size_t index) {
    Source& source = sources_.at(index);
    open_bytes_ -= source.bytes.size();
    if (++source.next == source.places.size() && (stretches_[index].is_chunk || !load_message(source))) {
        sources_.erase(index);
        return;
    }
    open_bytes_ += source.bytes.size();
    due_.emplace(source.places[source.next].first, index);
}

result<std::optional<Message>> Reader::message_in(const Source& source) const {
    ByteReader record(Bytes(source.bytes).subspan(source.places[source.next].second));
    record.u8();
    ByteReader in(record.bytes(record.u64()));
    const MessageHead head{in.u16(), in.u32(), in.u64(), in.u64()};
    const auto found = channels_.find(head.channel);
    if (!in.ok() || found == channels_.end() || found->second.channel.topic.empty())
        return Failure(Errc::damaged, file_.path() + " holds a message of channel " + std::to_string(head.channel) +
                                          ", which it does not describe. It is left out");
    return std::optional(Message{found->second.channel, head, in.rest()});
}

result<std::optional<Message>> Reader::next() {
    if (const auto shown = std::exchange(shown_, std::nullopt)) go_on(*shown);
    while (unopened_ < stretches_.size() && (due_.empty() || stretches_[unopened_].first_ns <= due_.top().first))
        if (auto opened = open(unopened_++); !opened) return opened.error();
    if (due_.empty()) {
        if (!damage_.empty() && !std::exchange(damage_reported_, true)) return Failure(Errc::damaged, damage_);
        return std::optional<Message>();
    }
    shown_ = due_.top().second;
    due_.pop();
    return message_in(sources_.at(*shown_));
}

}  // namespace handoff::apps::mcap
