// Reads MCAP files: those of the recorder, and those of others.
//
// It trusts nothing that is in the file, and needs no summary: a file that was cut off is read up to its end. Messages
// come in the order of their log times, not in their order in the file: chunks may overlap, and are merged.
#pragma once

#include "mcap/chunk.hpp"
#include "mcap/cursor.hpp"
#include "mcap/file.hpp"
#include "mcap/records.hpp"

#include <handoff/error.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

namespace handoff::apps::mcap {

/// The description of a channel in the file, and its content.
struct ChannelContent {
    Channel channel;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;          ///< of all its messages
    std::uint64_t largest_bytes = 0;  ///< of its messages
};

/// What is in the file beside channels.
struct Inventory {
    struct Chunks {
        std::uint64_t count = 0;
        std::uint64_t packed_bytes = 0, bytes = 0;  ///< of their records, in the file and not compressed
    };
    Header header;
    TimeSpan times;  ///< log times of all messages
    std::map<Compression, Chunks> chunks;
    std::uint64_t unreadable_chunks = 0;  ///< as far as that is seen without their checksums
    std::vector<Record> attachments, metadata;
    bool is_complete = false;  ///< it has the end that other readers ask for
};

struct Message {
    const Channel& channel;
    MessageHead head;
    Bytes data;  ///< valid until the next call of next()
};

class Reader {
public:
    /// Goes through the whole file once, from message to message; what is not compressed is not read. Throws Error:
    /// errors of the operating system; damaged (this is no MCAP file); mismatch (this program was built without what it
    /// is compressed with); no_space (a record has more bytes than this machine can give).
    explicit Reader(std::string path);

    const std::map<ChannelId, ChannelContent>& channels() const noexcept { return channels_; }
    /// In the file; those of damaged chunks included, if it can be seen what is in them.
    std::uint64_t messages() const noexcept { return messages_; }
    const Inventory& inventory() const noexcept { return inventory_; }
    const InputFile& file() const noexcept { return file_; }
    /// Reads one of those that the inventory names. Throws Error(no_space).
    NamedMetadata metadata(const Record& record);
    /// Fills `into` with bytes of the file that stand at `offset`. Throws Error(damaged).
    void read(std::uint64_t offset, std::span<std::byte> into) { file_.read(offset, into); }
    /// "", or a message that names where the file stops, if it has no end.
    const std::string& cut_off() const noexcept { return cut_off_; }
    /// "" or a sentence about bytes behind which nothing can be read, though the file has an end.
    const std::string& damage() const noexcept { return damage_; }

    /// The next message by log time, of equal ones the first in the file; none at the end. Errors: damaged (a chunk
    /// that is left out, or the rest of one; the next call goes on behind it). Throws Error if the file cannot be read.
    result<std::optional<Message>> next();
    /// Begins again.
    void rewind();

private:
    struct ChunkHead {
        std::uint64_t start;       ///< of the chunk's record
        std::uint64_t at, length;  ///< of the records in it, as they are in the file
        std::uint64_t bytes;       ///< of the records, not compressed
        std::uint32_t checksum;    ///< of these; 0: none
        Compression compression;
    };

    /// A chunk, or messages one after another without a chunk around them and in the order of their times.
    struct Stretch {
        std::uint64_t first_ns, last_ns;  ///< log times
        std::uint64_t start, end;         ///< in the file
        bool is_chunk;
    };
    using Place = std::pair<std::uint64_t, std::size_t>;  ///< a message's log time, and where in the bytes it is
    /// A stretch that is being read.
    struct Source {
        Cursor cursor;                 ///< of messages without a chunk: those that follow
        std::vector<std::byte> bytes;  ///< a chunk's records, or those of one message
        std::vector<Place> places;     ///< by time
        std::size_t next = 0;
    };

    void survey();
    void note(const Record& record);
    bool has_its_end(const Record& footer);
    void describe_end(std::uint64_t at);
    void survey_chunk(const Record& record);
    void survey_message(const Record& record);
    /// Returns its log time, none if it is too short to be a message.
    std::optional<std::uint64_t> note_message(Bytes begin, std::uint64_t length);
    void note_records(Bytes records, TimeSpan& times);
    void declare(const Record& record, bool in_summary);
    void declare(Opcode opcode, Bytes content, bool in_summary);
    void check_room(std::uint64_t at, std::uint64_t bytes) const;
    std::vector<std::byte> content(const Record& record);
    result<ChunkHead> chunk_head(const Record& record);
    result<void> read_records(const ChunkHead& head, std::vector<std::byte>& records);
    result<void> open(std::size_t stretch);
    result<void> load_chunk(Source& source, std::uint64_t at);
    bool load_message(Source& source);
    void go_on(std::size_t stretch);
    result<std::optional<Message>> message_in(const Source& source) const;
    Failure damaged(std::uint64_t at, const std::string& why) const;

    InputFile file_;
    std::map<std::uint16_t, Schema> schemas_;
    std::map<ChannelId, ChannelContent> channels_;
    std::uint64_t messages_ = 0;
    Inventory inventory_;
    std::vector<Stretch> stretches_;  ///< by first log time
    std::string cut_off_;
    std::string damage_;
    bool damage_reported_ = false;

    std::size_t unopened_ = 0;                          ///< the first of the stretches that is not being read yet
    std::map<std::size_t, Source> sources_;             ///< of the stretches that are being read
    std::uint64_t open_bytes_ = 0;                      ///< in all of them
    std::optional<std::size_t> shown_;                  ///< the stretch of the message that was returned last
    using Due = std::pair<std::uint64_t, std::size_t>;  ///< when the next message of a stretch was logged
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

}  // namespace handoff::apps::mcap
