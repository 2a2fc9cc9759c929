// What the recorder writes to: one file, or one after another; and the form that messages of segments have in it.
//
// Each file can be played by itself: it begins with the newest value that there was of each latest.
#pragma once

#include "mcap/writer.hpp"

#include <handoff/inspect.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace handoff::apps::tool::recording {

using namespace mcap;  // the format

/// The shape of a segment, as playing needs it.
struct SegmentShape {
    std::string name;
    inspect::Kind kind = inspect::Kind::topic;
    std::uint64_t payload_bytes = 0;
    std::uint32_t history = 1;
};

/// What became of the messages of a segment.
struct Count {
    std::uint64_t recorded = 0;     ///< in the file, or on their way to it
    std::uint64_t overwritten = 0;  ///< before they could be copied
    std::uint64_t unwritten = 0;    ///< copied, but the file could not take them
    std::uint64_t lost() const noexcept { return overwritten + unwritten; }
};
using Counts = std::map<std::string, Count>;

/// A new file begins with the message that comes after so many bytes, or after so long.
struct Split {
    std::optional<std::uint64_t> bytes;
    std::optional<std::chrono::nanoseconds> time;
    bool wanted() const noexcept { return bytes || time; }
};

/// Thread safety: one thread. Throws Error as Writer does; what that costs is counted before.
class RecordingWriter {
public:
    struct Form {
        Split split{};
        Compression compression = Compression::none;
    };
    /// "film.mcap", or with a split "film-001.mcap" and so on.
    RecordingWriter(std::string path, bool replace, Form form);

    void add(const SegmentShape& from, const Copied& message, Bytes payload);
    /// To be called at least ten times a second: brings into the file what is a second old.
    void tick();
    /// Completes the file, also where the last messages cannot be written: the Error reports them. Nothing can be added
    /// after it.
    void close();

    const Counts& counts() const noexcept { return counts_; }
    /// In all files.
    std::uint64_t messages() const noexcept { return messages_; }
    /// Of the messages in all files.
    std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }
    /// Of all segments.
    std::uint64_t lost() const noexcept;
    std::uint64_t unwritten() const noexcept;
    std::uint64_t bytes() const noexcept { return bytes_before_ + writer_->bytes(); }
    /// Where the first file is, and how many there are.
    const std::string& first_path() const noexcept { return files_ == 1 ? writer_->current_path() : first_path_; }
    std::uint32_t files() const noexcept { return files_; }

private:
    /// What a message is, and so how it is written.
    enum class Content : std::uint8_t { bytes, image, array };
    using Clock = std::chrono::steady_clock;
    /// A message that is not in the file yet.
    struct Waiting {
        std::string name;
        std::uint64_t payload_bytes;
        bool is_repeated;  ///< it is in an earlier file already, and counted there
    };
    struct LatestValue {
        SegmentShape from;
        Copied message;
        std::vector<std::byte> payload;
    };

    /// Does what may write to the file, and counts what is in it then, and what will never be.
    template <class Work>
    void writing(const Work& work);
    void settle();
    std::unique_ptr<Writer> new_writer(const std::string& path) const;
    std::string path_of(std::uint32_t file) const;
    bool is_full(Clock::time_point now) const;
    void begin_next_file(Clock::time_point now);
    void repeat_latest_values();
    void put(const SegmentShape& from, const Copied& message, Bytes payload, Clock::time_point now);
    ChannelId channel_for(const SegmentShape& from, Content content);

    const std::string path_;
    const bool replace_;
    const Form form_;
    const std::chrono::nanoseconds wall_minus_steady_;
    std::uint32_t files_ = 1;
    std::string first_path_;
    std::unique_ptr<Writer> writer_;
    Clock::time_point file_began_ = Clock::now();
    Clock::time_point waiting_since_;            ///< the oldest message that is not in the file
    std::map<std::string, LatestValue> latest_;  ///< the newest of each, where another file may begin
    std::deque<Waiting> waiting_;                ///< in the order in which they were added
    std::uint64_t bytes_before_ = 0, messages_ = 0, payload_bytes_ = 0;
    std::uint64_t file_messages_ = 0;  ///< of messages_, in this file
    Counts counts_, file_counts_;
    std::vector<std::byte> payload_head_;
};

}  // namespace handoff::apps::tool::recording
