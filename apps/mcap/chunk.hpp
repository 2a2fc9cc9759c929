// One chunk of a recording, put together in memory: its records, and where in it each message is.
#pragma once

#include "mcap/compression.hpp"
#include "mcap/records.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace handoff::apps::mcap {

/// From the earliest to the latest log time.
struct TimeSpan {
    std::uint64_t first_ns = 0, last_ns = 0;
    bool empty = true;
    void include(std::uint64_t time_ns) noexcept;
    void include(const TimeSpan& other) noexcept;
};

/// Writes a record: opcode, length, and what `content` puts.
template <class Content>
void put_record(std::vector<std::byte>& out, Opcode opcode, Content content);
/// Fills in the length of the record that begins at `start` and ends where `out` ends.
void end_record(std::vector<std::byte>& out, std::size_t start);

class Chunk {
public:
    explicit Chunk(Compression compression);

    bool empty() const noexcept { return bytes_.size() == head_bytes(); }
    /// With its head, and not compressed.
    std::size_t size() const noexcept { return bytes_.size(); }
    const TimeSpan& times() const noexcept { return times_; }
    /// Messages in it, by channel.
    std::map<ChannelId, std::uint64_t> counts() const;

    /// For declarations: schemas and channels.
    std::vector<std::byte>& records() noexcept { return bytes_; }
    void add(const MessageHead& head, Bytes front, Bytes back);
    /// The chunk, compressed, with its message indexes behind it, to be written at `offset`; the record that describes
    /// it is added to `chunk_indexes`. Only clear() may follow. Throws Error(no_space) where memory for it is missing.
    Bytes finish(std::uint64_t offset, std::vector<std::byte>& chunk_indexes);
    void clear();

private:
    /// Up to the records: opcode, length, two times, size, checksum, compression, size.
    std::size_t head_bytes() const noexcept {
        return record_head_bytes + 8 + 8 + 8 + 4 + 4 + name_in_file(compression_).size() + 8;
    }

    struct Place {
        std::uint64_t log_time_ns, offset;
    };
    void compress_records();
    void fill_in_head(std::uint64_t records_bytes, std::uint32_t checksum);

    const Compression compression_;
    std::vector<std::byte> bytes_;
    std::map<ChannelId, std::vector<Place>> places_;
    TimeSpan times_;
};

template <class Content>
void put_record(std::vector<std::byte>& out, Opcode opcode, Content content) {
    const std::size_t start = out.size();
    ByteWriter writer(out);
    writer.u8(static_cast<std::uint8_t>(opcode));
    writer.u64(0);
    content(writer);
    end_record(out, start);
}

}  // namespace handoff::apps::mcap
