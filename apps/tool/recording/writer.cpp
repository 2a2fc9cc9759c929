#include "tool/recording/writer.hpp"

#include "tool/recording/checksum.hpp"

#include <handoff/error.hpp>
#include <handoff/version.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace handoff::apps::tool::recording {

namespace {

void put_metadata(ByteWriter& out, const Metadata& metadata) {
    std::vector<std::byte> pairs;
    ByteWriter pair(pairs);
    for (const auto& [key, value] : metadata) {
        pair.text(key);
        pair.text(value);
    }
    out.u32(static_cast<std::uint32_t>(pairs.size()));
    out.bytes(pairs);
}

/// The summary: groups of records, and where each group is.
class Summary {
public:
    Summary(std::vector<std::byte>& bytes, std::uint64_t offset)
        : bytes_(bytes), offset_(offset), start_(bytes.size()) {}

    template <class Records>
    void group(Opcode opcode, Records put) {
        const std::size_t before = bytes_.size();
        put();
        if (bytes_.size() == before) return;
        put_record(groups_, Opcode::summary_offset, [&](ByteWriter& out) {
            out.u8(static_cast<std::uint8_t>(opcode));
            out.u64(offset_ + before);
            out.u64(bytes_.size() - before);
        });
    }
    /// The checksum spans the summary and the footer up to itself.
    void end() {
        const std::uint64_t groups_at = offset_ + bytes_.size();
        ByteWriter out(bytes_);
        out.bytes(groups_);
        out.u8(static_cast<std::uint8_t>(Opcode::footer));
        out.u64(8 + 8 + 4);
        out.u64(offset_ + start_);
        out.u64(groups_at);
        out.u32(checksum_of(Bytes(bytes_).subspan(start_)));
        out.bytes(magic);
    }

private:
    std::vector<std::byte>& bytes_;
    const std::uint64_t offset_;  ///< of bytes_ in the file
    const std::size_t start_;     ///< of the summary in bytes_
    std::vector<std::byte> groups_;
};

}  // namespace

Writer::Writer(const std::string& path, bool replace) : file_(path, replace) {
    std::vector<std::byte> begin(magic.begin(), magic.end());
    put_record(begin, Opcode::header, [](ByteWriter& out) {
        out.text("ros2");
        out.text("handoff " HANDOFF_VERSION);
    });
    file_.append(begin);
}

ChannelId Writer::channel(const Channel& channel) {
    const auto known = std::ranges::find(streams_, channel, &Stream::channel);
    if (known != streams_.end()) return static_cast<ChannelId>(known - streams_.begin() + 1);
    if (streams_.size() == std::numeric_limits<ChannelId>::max())
        throw Error(Errc::full, file_.path() + " holds as many channels as the format allows: record fewer segments");
    auto schema = std::ranges::find(schemas_, channel.schema);
    if (schema == schemas_.end() && !channel.schema.encoding.empty()) schema = schemas_.insert(schema, channel.schema);
    const bool has_schema = !channel.schema.encoding.empty();
    streams_.push_back({channel, static_cast<std::uint16_t>(has_schema ? schema - schemas_.begin() + 1 : 0)});
    return static_cast<ChannelId>(streams_.size());
}

void Writer::add(const MessageHead& head, Bytes front, Bytes back) {
    const std::size_t bytes = record_head_bytes + message_head_bytes + front.size() + back.size();
    if (is_waiting() && chunk_.size() + bytes > chunk_bytes) flush();
    declare(head.channel, chunk_.records());
    chunk_.add(head, front, back);
}

void Writer::flush() {
    if (!is_waiting()) return;
    const auto counts = chunk_.counts();
    const TimeSpan times = chunk_.times();
    const std::size_t indexes_before = chunk_indexes_.size();
    try {
        file_.append(chunk_.finish(file_.size(), chunk_indexes_));
    } catch (...) {
        chunk_indexes_.resize(indexes_before);
        for (Stream& stream : streams_) stream.declared = false;  // what was declared in this chunk is lost with it
        chunk_.clear();
        throw;
    }
    chunk_.clear();
    file_.keep_unfinished();
    ++chunks_;
    times_.include(times);
    for (const auto& [id, count] : counts) {
        streams_[id - 1u].messages += count;
        messages_ += count;
    }
}

void Writer::close(const Metadata& metadata) {
    if (complete_) return;
    flush();
    file_.complete(end(metadata));
    complete_ = true;
}

void Writer::declare(ChannelId id, std::vector<std::byte>& out) {
    Stream& stream = streams_.at(id - 1u);
    if (std::exchange(stream.declared, true)) return;
    if (stream.schema_id != 0) put_schema(stream.schema_id, out);
    put_channel(id, out);
}

void Writer::put_schema(std::uint16_t id, std::vector<std::byte>& out) const {
    const Schema& schema = schemas_[id - 1u];
    put_record(out, Opcode::schema, [&](ByteWriter& record) {
        record.u16(id);
        record.text(schema.name);
        record.text(schema.encoding);
        record.text(schema.text);
    });
}

void Writer::put_channel(ChannelId id, std::vector<std::byte>& out) const {
    const Stream& stream = streams_[id - 1u];
    put_record(out, Opcode::channel, [&](ByteWriter& record) {
        record.u16(id);
        record.u16(stream.schema_id);
        record.text(stream.channel.topic);
        record.text(stream.channel.message_encoding);
        put_metadata(record, stream.channel.metadata);
    });
}

void Writer::put_statistics(std::vector<std::byte>& out) const {
    put_record(out, Opcode::statistics, [&](ByteWriter& record) {
        record.u64(messages_);
        record.u16(static_cast<std::uint16_t>(schemas_.size()));
        record.u32(static_cast<std::uint32_t>(streams_.size()));
        record.u32(0);  // attachments
        record.u32(1);  // metadata
        record.u32(chunks_);
        record.u64(times_.first_ns);
        record.u64(times_.last_ns);
        record.u32(static_cast<std::uint32_t>(streams_.size() * 10));
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            record.u16(static_cast<ChannelId>(i + 1));
            record.u64(streams_[i].messages);
        }
    });
}

std::vector<std::byte> Writer::end(const Metadata& metadata) const {
    std::vector<std::byte> bytes;
    put_record(bytes, Opcode::metadata, [&](ByteWriter& out) {
        out.text("handoff");
        put_metadata(out, metadata);
    });
    const std::size_t metadata_bytes = bytes.size();
    put_record(bytes, Opcode::data_end, [](ByteWriter& out) { out.u32(0); });  // each chunk has a checksum of its own

    Summary summary(bytes, file_.size());
    summary.group(Opcode::schema, [&] {
        for (std::size_t i = 0; i < schemas_.size(); ++i) put_schema(static_cast<std::uint16_t>(i + 1), bytes);
    });
    summary.group(Opcode::channel, [&] {
        for (std::size_t i = 0; i < streams_.size(); ++i) put_channel(static_cast<ChannelId>(i + 1), bytes);
    });
    summary.group(Opcode::statistics, [&] { put_statistics(bytes); });
    summary.group(Opcode::chunk_index, [&] { ByteWriter(bytes).bytes(chunk_indexes_); });
    summary.group(Opcode::metadata_index, [&] {
        put_record(bytes, Opcode::metadata_index, [&](ByteWriter& out) {
            out.u64(file_.size());
            out.u64(metadata_bytes);
            out.text("handoff");
        });
    });
    summary.end();
    return bytes;
}

}  // namespace handoff::apps::tool::recording
