#include "mcap/writer.hpp"

#include "mcap/checksum.hpp"

#include <handoff/error.hpp>
#include <handoff/version.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace handoff::apps::mcap {

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

Header Writer::our_header() {
    return {"ros2", "handoff " HANDOFF_VERSION};
}

Writer::Writer(const std::string& path, const Options& options)
    : file_(path, options.replace, options.unfinished), chunk_(options.compression) {
    std::vector<std::byte> begin(magic.begin(), magic.end());
    put_record(begin, Opcode::header, [&](ByteWriter& out) {
        out.text(options.header.profile);
        out.text(options.header.library);
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
        settle_declarations(false);
        chunk_.clear();
        throw;
    }
    chunk_.clear();
    settle_declarations(true);
    file_.keep_unfinished();
    ++chunks_;
    times_.include(times);
    for (const auto& [id, count] : counts) {
        streams_[id - 1u].messages += count;
        messages_ += count;
    }
}

void Writer::add_metadata(const NamedMetadata& metadata) {
    metadata_.push_back(metadata);
}

void Writer::add_attachment(std::uint64_t bytes, const std::function<void(std::uint64_t, std::span<std::byte>)>& read) {
    constexpr std::uint64_t most_at_once = 1 << 20;
    flush();
    const std::uint64_t start = file_.size();
    std::vector<std::byte> piece;
    ByteWriter(piece).u8(static_cast<std::uint8_t>(Opcode::attachment));
    ByteWriter(piece).u64(bytes);
    file_.append(piece);
    std::vector<std::byte> begin;  // times, names and the length of what is attached
    for (std::uint64_t done = 0; done < bytes; done += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min(most_at_once, bytes - done)));
        read(done, piece);
        file_.append(piece);
        if (done == 0) begin = piece;
    }
    ByteReader in(begin);
    const std::uint64_t log_time_ns = in.u64(), create_time_ns = in.u64();
    const std::string_view name = in.text(), media_type = in.text();
    const std::uint64_t data_bytes = in.u64();
    put_record(attachment_indexes_, Opcode::attachment_index, [&](ByteWriter& out) {
        out.u64(start);
        out.u64(record_head_bytes + bytes);
        out.u64(log_time_ns);
        out.u64(create_time_ns);
        out.u64(data_bytes);
        out.text(name);
        out.text(media_type);
    });
    ++attachments_;
}

void Writer::close(const Metadata& counts) {
    if (complete_) return;
    flush();
    file_.complete(end(counts));
    complete_ = true;
}

void Writer::declare(ChannelId id, std::vector<std::byte>& out) {
    Stream& stream = streams_.at(id - 1u);
    if (stream.declared != Declared::no) return;
    stream.declared = Declared::in_this_chunk;
    if (stream.schema_id != 0) put_schema(stream.schema_id, out);
    put_channel(id, out);
}

void Writer::settle_declarations(bool written) {
    for (Stream& stream : streams_)
        if (stream.declared == Declared::in_this_chunk)
            stream.declared = written ? Declared::in_the_file : Declared::no;
}

std::vector<ChannelId> Writer::channels_in_the_file() const {
    std::vector<ChannelId> ids;
    for (std::size_t i = 0; i < streams_.size(); ++i)
        if (streams_[i].declared == Declared::in_the_file) ids.push_back(static_cast<ChannelId>(i + 1));
    return ids;
}

std::vector<std::uint16_t> Writer::schemas_in_the_file() const {
    std::set<std::uint16_t> ids;
    for (const ChannelId id : channels_in_the_file()) ids.insert(streams_[id - 1u].schema_id);
    ids.erase(0);
    return {ids.begin(), ids.end()};
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

void Writer::put_statistics(std::vector<std::byte>& out, std::uint32_t metadata_count) const {
    const auto channels = channels_in_the_file();
    put_record(out, Opcode::statistics, [&](ByteWriter& record) {
        record.u64(messages_);
        record.u16(static_cast<std::uint16_t>(schemas_in_the_file().size()));
        record.u32(static_cast<std::uint32_t>(channels.size()));
        record.u32(attachments_);
        record.u32(metadata_count);
        record.u32(chunks_);
        record.u64(times_.first_ns);
        record.u64(times_.last_ns);
        record.u32(static_cast<std::uint32_t>(channels.size() * 10));
        for (const ChannelId id : channels) {
            record.u16(id);
            record.u64(streams_[id - 1u].messages);
        }
    });
}

std::vector<std::byte> Writer::end(const Metadata& counts) const {
    std::vector<NamedMetadata> metadata = metadata_;
    if (!counts.empty()) metadata.push_back({counts_name, counts});
    std::vector<std::byte> bytes, metadata_indexes;
    for (const NamedMetadata& one : metadata) {
        const std::size_t start = bytes.size();
        put_record(bytes, Opcode::metadata, [&](ByteWriter& out) {
            out.text(one.name);
            put_metadata(out, one.pairs);
        });
        put_record(metadata_indexes, Opcode::metadata_index, [&](ByteWriter& out) {
            out.u64(file_.size() + start);
            out.u64(bytes.size() - start);
            out.text(one.name);
        });
    }
    put_record(bytes, Opcode::data_end, [](ByteWriter& out) { out.u32(0); });  // each chunk has a checksum of its own

    Summary summary(bytes, file_.size());
    summary.group(Opcode::schema, [&] {
        for (const std::uint16_t id : schemas_in_the_file()) put_schema(id, bytes);
    });
    summary.group(Opcode::channel, [&] {
        for (const ChannelId id : channels_in_the_file()) put_channel(id, bytes);
    });
    const auto metadata_count = static_cast<std::uint32_t>(metadata.size());
    summary.group(Opcode::statistics, [&] { put_statistics(bytes, metadata_count); });
    summary.group(Opcode::chunk_index, [&] { ByteWriter(bytes).bytes(chunk_indexes_); });
    summary.group(Opcode::attachment_index, [&] { ByteWriter(bytes).bytes(attachment_indexes_); });
    summary.group(Opcode::metadata_index, [&] { ByteWriter(bytes).bytes(metadata_indexes); });
    summary.end();
    return bytes;
}

}  // namespace handoff::apps::mcap
