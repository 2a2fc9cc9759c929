// Writes a recording: an MCAP file with chunks, an index and a summary.
//
// Flushed data is in the file even if the process is killed: a chunk and its index are one write. What comes after the
// last complete chunk is lost, and readers find the end by themselves. Until it is complete the file is called
// NAME.XXXXXXXX.partial; without a message in it, it goes away with the Writer.
#pragma once

#include "mcap/chunk.hpp"
#include "mcap/file.hpp"
#include "mcap/records.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace handoff::apps::mcap {

/// Thread safety: one thread. Every call may throw Error, see OutputFile; what was not flushed is lost then, and
/// close() may still be tried: where the disk is full, a summary often fits where a chunk did not.
class Writer {
public:
    static constexpr std::size_t chunk_bytes = 4'000'000;

    struct Options {
        bool replace = false;
        Compression compression = Compression::none;
        Header header = our_header();
        OutputFile::Unfinished unfinished = OutputFile::Unfinished::kept;
    };
    static Header our_header();

    Writer(const std::string& path, const Options& options);

    /// The number of a channel like that, a new one at the first call. Throws Error(full) after 65,535 of them.
    ChannelId channel(const Channel& channel);
    /// Adds a message that is made of `front` and `back`, after a flush() if it does not fit into this chunk.
    void add(const MessageHead& head, Bytes front, Bytes back = {});
    /// Writes what is not yet in the file.
    void flush();
    /// False: all of it is in the file.
    bool is_waiting() const noexcept { return !chunk_.empty(); }
    /// Into the file when it is closed.
    void add_metadata(const NamedMetadata& metadata);
    /// After a flush(): the content of an attachment's record, so many bytes, that `read` gives piece by piece from an
    /// offset on. Throws also what `read` throws; the file cannot be completed then.
    void add_attachment(std::uint64_t bytes, const std::function<void(std::uint64_t, std::span<std::byte>)>& read);
    /// Adds `counts`, unless there are none, under the name "handoff", and what makes the file complete, and gives it
    /// its name. Nothing can be added after it; once it went well, another call does nothing.
    void close(const Metadata& counts);

    /// In the file.
    std::uint64_t messages() const noexcept { return messages_; }
    /// In the file, or on their way to it.
    std::uint64_t bytes() const noexcept { return file_.size() + (is_waiting() ? chunk_.size() : 0); }
    /// Where the file is: it has its name when it is complete.
    const std::string& current_path() const noexcept { return file_.current_path(); }

private:
    enum class Declared { no, in_this_chunk, in_the_file };
    struct Stream {
        Channel channel;
        std::uint16_t schema_id;
        Declared declared = Declared::no;
        std::uint64_t messages = 0;  ///< in the file
    };

    void declare(ChannelId id, std::vector<std::byte>& out);
    void put_schema(std::uint16_t id, std::vector<std::byte>& out) const;
    void put_channel(ChannelId id, std::vector<std::byte>& out) const;
    void put_statistics(std::vector<std::byte>& out, std::uint32_t metadata_count) const;
    /// What a chunk that could not be written declared is not in the file, and the summary does not name it.
    std::vector<ChannelId> channels_in_the_file() const;
    std::vector<std::uint16_t> schemas_in_the_file() const;
    void settle_declarations(bool written);
    std::vector<std::byte> end(const Metadata& counts) const;

    OutputFile file_;
    bool complete_ = false;
    std::vector<Schema> schemas_;  // number 1 comes first
    std::vector<Stream> streams_;  // number 1 comes first
    Chunk chunk_;
    std::vector<std::byte> chunk_indexes_, attachment_indexes_;
    std::vector<NamedMetadata> metadata_;
    std::uint32_t chunks_ = 0, attachments_ = 0;
    std::uint64_t messages_ = 0;
    TimeSpan times_;
};

}  // namespace handoff::apps::mcap
