// What the recorder writes to: one file, or one after another; and the form that messages of segments have in it.
#pragma once

#include "tool/recording/writer.hpp"

#include <handoff/inspect.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace handoff::apps::tool::recording {

/// The shape of a segment, as playing needs it.
struct SegmentShape {
    std::string name;
    inspect::Kind kind = inspect::Kind::topic;
    std::uint64_t payload_bytes = 0;
    std::uint32_t history = 1;
};

/// What was recorded of a segment, and how many messages were overwritten before they could be.
struct Count {
    std::uint64_t recorded = 0, lost = 0;
};
using Counts = std::map<std::string, Count>;

/// A new file begins with the message that comes after so many bytes, or after so long.
struct Split {
    std::optional<std::uint64_t> bytes;
    std::optional<std::chrono::nanoseconds> time;
    bool wanted() const noexcept { return bytes || time; }
};

/// Thread safety: one thread. Throws Error as Writer does.
class Tape {
public:
    /// "film.mcap", or with a split "film-001.mcap" and so on.
    Tape(std::string path, bool replace, Split split);

    void add(const SegmentShape& from, const Copied& message, Bytes payload);
    /// To be called at least ten times a second: brings into the file what is a second old.
    void tick();
    /// Completes the file. Nothing can be added after it.
    void close();

    const Counts& counts() const noexcept { return counts_; }
    /// In all files.
    std::uint64_t messages() const noexcept { return messages_before_ + writer_->messages(); }
    std::uint64_t bytes() const noexcept { return bytes_before_ + writer_->bytes(); }
    /// Where the first file is, and how many there are.
    const std::string& first_path() const noexcept { return files_ == 1 ? writer_->current_path() : first_path_; }
    std::uint32_t files() const noexcept { return files_; }

private:
    using Clock = std::chrono::steady_clock;

    std::string path_of(std::uint32_t file) const;
    void begin_next_file();
    ChannelId channel_for(const SegmentShape& from, bool is_image);

    const std::string path_;
    const bool replace_;
    const Split split_;
    const std::chrono::nanoseconds wall_minus_steady_;
    std::uint32_t files_ = 1;
    std::string first_path_;
    std::unique_ptr<Writer> writer_;
    Clock::time_point file_began_ = Clock::now();
    Clock::time_point waiting_since_;  ///< the oldest message that is not in the file
    std::uint64_t bytes_before_ = 0, messages_before_ = 0;
    Counts counts_, file_counts_;
    std::vector<std::byte> image_head_;
};

}  // namespace handoff::apps::tool::recording
