#include "mcap/chunk.hpp"

#include "mcap/checksum.hpp"

#include <algorithm>

namespace handoff::apps::mcap {

namespace {

void overwrite(std::vector<std::byte>& out, std::size_t at, const std::vector<std::byte>& bytes) {
    std::ranges::copy(bytes, out.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

void TimeSpan::include(std::uint64_t time_ns) noexcept {
    first_ns = empty ? time_ns : std::min(first_ns, time_ns);
    last_ns = empty ? time_ns : std::max(last_ns, time_ns);
    empty = false;
}

void TimeSpan::include(const TimeSpan& other) noexcept {
    if (other.empty) return;
    include(other.first_ns);
    include(other.last_ns);
}

void end_record(std::vector<std::byte>& out, std::size_t start) {
    std::vector<std::byte> length;
    ByteWriter(length).u64(out.size() - start - record_head_bytes);
    overwrite(out, start + 1, length);
}

Chunk::Chunk(Compression compression) : compression_(compression) {
    clear();
}

void Chunk::clear() {
    bytes_.assign(head_bytes(), std::byte{0});
    places_.clear();
    times_ = {};
}

std::map<ChannelId, std::uint64_t> Chunk::counts() const {
    std::map<ChannelId, std::uint64_t> counts;
    for (const auto& [channel, places] : places_) counts[channel] = places.size();
    return counts;
}

void Chunk::add(const MessageHead& head, Bytes front, Bytes back) {
    places_[head.channel].push_back({head.log_time_ns, bytes_.size() - head_bytes()});
    times_.include(head.log_time_ns);
    ByteWriter out(bytes_);
    out.u8(static_cast<std::uint8_t>(Opcode::message));
    out.u64(message_head_bytes + front.size() + back.size());
    out.u16(head.channel);
    out.u32(head.sequence);
    out.u64(head.log_time_ns);
    out.u64(head.publish_time_ns);
    out.bytes(front);
    out.bytes(back);
}

void Chunk::compress_records() {
    std::vector<std::byte> packed(head_bytes());
    compress(compression_, Bytes(bytes_).subspan(head_bytes()), packed);
    bytes_.swap(packed);
}

/// Of the records as they were before they were compressed.
void Chunk::fill_in_head(std::uint64_t records_bytes, std::uint32_t checksum) {
    std::vector<std::byte> head;
    ByteWriter out(head);
    out.u8(static_cast<std::uint8_t>(Opcode::chunk));
    out.u64(bytes_.size() - record_head_bytes);
    out.u64(times_.first_ns);
    out.u64(times_.last_ns);
    out.u64(records_bytes);
    out.u32(checksum);
    out.text(name_in_file(compression_));
    out.u64(bytes_.size() - head_bytes());
    overwrite(bytes_, 0, head);
}

Bytes Chunk::finish(std::uint64_t offset, std::vector<std::byte>& chunk_indexes) {
    const std::uint64_t records_bytes = bytes_.size() - head_bytes();
    const std::uint32_t checksum = checksum_of(Bytes(bytes_).subspan(head_bytes()));
    if (compression_ != Compression::none) compress_records();
    fill_in_head(records_bytes, checksum);
    const std::uint64_t chunk_bytes = bytes_.size();
    std::map<ChannelId, std::uint64_t> index_offsets;
    for (const auto& entry : places_) {
        index_offsets[entry.first] = offset + bytes_.size();
        put_record(bytes_, Opcode::message_index, [&](ByteWriter& out) {
            out.u16(entry.first);
            out.u32(static_cast<std::uint32_t>(entry.second.size() * 16));
            for (const Place& place : entry.second) {
                out.u64(place.log_time_ns);
                out.u64(place.offset);
            }
        });
    }
    put_record(chunk_indexes, Opcode::chunk_index, [&](ByteWriter& out) {
        out.u64(times_.first_ns);
        out.u64(times_.last_ns);
        out.u64(offset);
        out.u64(chunk_bytes);
        out.u32(static_cast<std::uint32_t>(index_offsets.size() * 10));
        for (const auto& [channel, index_offset] : index_offsets) {
            out.u16(channel);
            out.u64(index_offset);
        }
        out.u64(bytes_.size() - chunk_bytes);
        out.text(name_in_file(compression_));
        out.u64(chunk_bytes - head_bytes());
        out.u64(records_bytes);
    });
    return bytes_;
}

}  // namespace handoff::apps::mcap
