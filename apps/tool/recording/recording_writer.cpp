#include "tool/recording/recording_writer.hpp"

#include "mcap/array_message.hpp"
#include "mcap/ros_image.hpp"

#include <filesystem>
#include <utility>

namespace handoff::apps::tool::recording {

namespace {

constexpr std::chrono::seconds longest_in_memory{1};

/// Taken once, so that the times of a recording keep their distances when the clock is set.
std::chrono::nanoseconds wall_clock_minus_steady_clock() {
    return std::chrono::system_clock::now().time_since_epoch() - std::chrono::steady_clock::now().time_since_epoch();
}

Metadata metadata_of(const Counts& counts) {
    Metadata metadata;
    for (const auto& [name, count] : counts) {
        metadata[std::string(recorded_prefix) + name] = std::to_string(count.recorded);
        metadata[std::string(lost_prefix) + name] = std::to_string(count.lost());
    }
    return metadata;
}

}  // namespace

RecordingWriter::RecordingWriter(std::string path, bool replace, Form form)
    : path_(std::move(path)), replace_(replace), form_(form), wall_minus_steady_(wall_clock_minus_steady_clock()) {
    first_path_ = path_of(1);
    writer_ = new_writer(first_path_);
}

std::unique_ptr<Writer> RecordingWriter::new_writer(const std::string& path) const {
    Writer::Options options;
    options.replace = replace_;
    options.compression = form_.compression;
    return std::make_unique<Writer>(path, options);
}

std::string RecordingWriter::path_of(std::uint32_t file) const {
    if (!form_.split.wanted()) return path_;
    std::filesystem::path path(path_);
    std::string number = std::to_string(file);
    number.insert(0, 3 - std::min<std::size_t>(3, number.size()), '0');
    path.replace_filename(path.stem().string() + "-" + number + path.extension().string());
    return path.string();
}

/// Its latest values are logged no later than the message that it is begun for.
void RecordingWriter::begin_next_file(Clock::time_point now) {
    close();
    auto next = new_writer(path_of(files_ + 1));
    bytes_before_ += writer_->bytes();
    writer_ = std::move(next);
    ++files_;
    file_messages_ = 0;
    file_counts_.clear();
    file_began_ = now;
    repeat_latest_values();
}

void RecordingWriter::repeat_latest_values() {
    for (const auto& known : latest_) {
        const auto& value = known.second;  // no binding: Clang 14 does not let a lambda see one
        waiting_.push_back({known.first, value.payload.size(), true});
        writing([&] { put(value.from, value.message, value.payload, file_began_); });
    }
}

ChannelId RecordingWriter::channel_for(const SegmentShape& from, Content content) {
    Channel channel{from.name, "application/octet-stream", {}, {}};
    if (content == Content::image) {
        channel.message_encoding = "cdr";
        channel.schema = image_schema();
    } else if (content == Content::array) {
        channel.message_encoding = array_message_encoding;
        channel.schema = array_schema();
    }
    channel.metadata = {{"offered_qos_profiles", "[]"},  // rosbag2 asks for it
                        {"kind", inspect::to_string(from.kind)},
                        {"payload_bytes", std::to_string(from.payload_bytes)},
                        {"history", std::to_string(from.history)}};
    return writer_->channel(channel);
}

void RecordingWriter::add(const SegmentShape& from, const Copied& message, Bytes payload) {
    const auto now = Clock::now();
    try {
        if (is_full(now)) begin_next_file(now);
    } catch (const Error&) {
        for (Counts* counts : {&counts_, &file_counts_}) {
            (*counts)[from.name].overwritten += message.lost;
            ++(*counts)[from.name].unwritten;
        }
        throw;
    }
    for (Counts* counts : {&counts_, &file_counts_}) {
        ++(*counts)[from.name].recorded;
        (*counts)[from.name].overwritten += message.lost;
    }
    waiting_.push_back({from.name, payload.size(), false});
    writing([&] { put(from, message, payload, now); });
    if (form_.split.wanted() && from.kind == inspect::Kind::latest)
        latest_.insert_or_assign(from.name, LatestValue{from, message, {payload.begin(), payload.end()}});
}

bool RecordingWriter::is_full(Clock::time_point now) const {
    const bool is_full = (form_.split.bytes && writer_->bytes() >= *form_.split.bytes) ||
                         (form_.split.time && now - file_began_ >= *form_.split.time);
    return is_full && !file_counts_.empty();
}

void RecordingWriter::put(const SegmentShape& from, const Copied& message, Bytes payload, Clock::time_point now) {
    const auto wall_ns = [&](Clock::time_point time) {
        return static_cast<std::uint64_t>((time.time_since_epoch() + wall_minus_steady_).count());
    };
    const std::uint64_t publish_time_ns = wall_ns(message.published_at);
    const Content content = fits_ros_image(message.image, payload.size()) ? Content::image
                            : message.image.is_array()                    ? Content::array
                                                                          : Content::bytes;
    const MessageHead head{channel_for(from, content), static_cast<std::uint32_t>(message.sequence), wall_ns(now),
                           publish_time_ns};
    payload_head_.clear();
    if (content == Content::image)
        write_image_head(payload_head_, message.image, from.name, publish_time_ns, payload.size());
    if (content == Content::array) write_array_head(payload_head_, message.image);
    if (!writer_->is_waiting()) waiting_since_ = now;
    writer_->add(head, payload_head_, payload);
}

void RecordingWriter::tick() {
    if (!writer_->is_waiting() || Clock::now() - waiting_since_ < longest_in_memory) return;
    writing([&] { writer_->flush(); });
}

void RecordingWriter::close() {
    std::optional<Failure> failure;
    try {
        writing([&] { writer_->flush(); });
    } catch (const Error& error) {
        failure = error.failure();
    }
    writer_->close(metadata_of(file_counts_));  // where the disk is full, the summary may still fit
    if (failure) throw Error(*failure);
}

template <class Work>
void RecordingWriter::writing(const Work& work) {
    try {
        work();
    } catch (const Error&) {
        settle();
        throw;
    }
    settle();
}

/// A Writer writes a whole chunk or nothing of it, and then has nothing that waits.
void RecordingWriter::settle() {
    for (; file_messages_ < writer_->messages(); ++file_messages_) {
        const Waiting& written = waiting_.front();
        if (!written.is_repeated) {
            ++messages_;
            payload_bytes_ += written.payload_bytes;
        }
        waiting_.pop_front();
    }
    if (writer_->is_waiting()) return;
    for (const Waiting& gone : waiting_) {
        if (gone.is_repeated) continue;
        for (Counts* counts : {&counts_, &file_counts_}) {
            --(*counts)[gone.name].recorded;
            ++(*counts)[gone.name].unwritten;
        }
    }
    waiting_.clear();
}

std::uint64_t RecordingWriter::lost() const noexcept {
    std::uint64_t lost = 0;
    for (const auto& [name, count] : counts_) lost += count.lost();
    return lost;
}

std::uint64_t RecordingWriter::unwritten() const noexcept {
    std::uint64_t unwritten = 0;
    for (const auto& [name, count] : counts_) unwritten += count.unwritten;
    return unwritten;
}

}  // namespace handoff::apps::tool::recording
