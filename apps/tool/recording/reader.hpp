// Reads MCAP files: those of the recorder, and those of others if they are not compressed.
//
// It trusts nothing that is in the file, and needs no summary: a file that was cut off is read up to its end.
#pragma once

#include "tool/recording/file.hpp"
#include "tool/recording/mcap.hpp"
#include "tool/recording/walk.hpp"

#include <handoff/error.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace handoff::apps::tool::recording {

/// What the file says of a channel, and what is in it.
struct ChannelContent {
    Channel channel;
    std::uint64_t messages = 0;
    std::uint64_t largest_bytes = 0;  ///< of its messages
};

struct Message {
    const Channel& channel;
    MessageHead head;
    Bytes data;  ///< valid until the next call of next()
};

class Reader {
public:
    /// Goes through the whole file once, from message to message, without reading them. Throws Error: what the
    /// operating system says; damaged (this is no MCAP file); mismatch (it is compressed).
    explicit Reader(std::string path);

    const std::map<ChannelId, ChannelContent>& channels() const noexcept { return channels_; }
    /// In the file; those of damaged chunks included.
    std::uint64_t messages() const noexcept { return messages_; }
    /// "" or a sentence that says where the file stops, if it has no end.
    const std::string& cut_off() const noexcept { return cut_off_; }

    /// The next message in the order of the file, none at the end. Errors: damaged (a chunk that is left out, or the
    /// rest of one; the next call goes on behind it). Throws Error if the file cannot be read.
    result<std::optional<Message>> next();
    /// Begins again.
    void rewind();

private:
    struct ChunkHead {
        std::uint64_t start;       ///< of the chunk's record
        std::uint64_t at, length;  ///< of the records in it
        std::uint32_t checksum;    ///< 0: none
    };

    void survey();
    void say_where_it_ends(std::uint64_t at);
    void survey_chunk(const Record& record);
    void note_message(const Record& record);
    void declare(const Record& record, bool in_summary);
    void check_room(std::uint64_t at, std::uint64_t bytes) const;
    std::vector<std::byte> content(const Record& record);
    std::optional<ChunkHead> chunk_head(const Record& record);
    result<void> load_chunk(const Record& record);
    result<std::optional<Message>> next_in_chunk();
    Failure damaged(std::uint64_t at, const std::string& why);

    InputFile file_;
    std::map<std::uint16_t, Schema> schemas_;
    std::map<ChannelId, ChannelContent> channels_;
    std::uint64_t messages_ = 0;
    std::uint64_t data_end_ = magic.size();  ///< where the records with messages end
    std::string cut_off_;
    std::string damage_;  ///< "" or a sentence about bytes behind which nothing can be read
    bool damage_told_ = false;

    Walk walk_;
    std::vector<std::byte> chunk_;  ///< the records of the chunk that is being read
    std::uint64_t chunk_at_ = 0;
    ByteReader in_chunk_{{}};
};

}  // namespace handoff::apps::tool::recording
