#include "tool/recording/tape.hpp"

#include "tool/recording/ros_image.hpp"

#include <filesystem>
#include <utility>

namespace handoff::apps::tool::recording {

namespace {

constexpr std::chrono::seconds longest_in_memory{1};

/// Taken once, so that the times of a recording keep their distances when somebody sets the clock.
std::chrono::nanoseconds wall_clock_minus_steady_clock() {
    return std::chrono::system_clock::now().time_since_epoch() - std::chrono::steady_clock::now().time_since_epoch();
}

Metadata metadata_of(const Counts& counts) {
    Metadata metadata;
    for (const auto& [name, count] : counts) {
        metadata["recorded." + name] = std::to_string(count.recorded);
        metadata["lost." + name] = std::to_string(count.lost);
    }
    return metadata;
}

void add(Counts& counts, const std::string& name, std::uint64_t lost) {
    Count& count = counts[name];
    ++count.recorded;
    count.lost += lost;
}

}  // namespace

Tape::Tape(std::string path, bool replace, Split split)
    : path_(std::move(path)), replace_(replace), split_(split), wall_minus_steady_(wall_clock_minus_steady_clock()) {
    first_path_ = path_of(1);
    writer_ = std::make_unique<Writer>(first_path_, replace_);
}

std::string Tape::path_of(std::uint32_t file) const {
    if (!split_.wanted()) return path_;
    std::filesystem::path path(path_);
    std::string number = std::to_string(file);
    number.insert(0, 3 - std::min<std::size_t>(3, number.size()), '0');
    path.replace_filename(path.stem().string() + "-" + number + path.extension().string());
    return path.string();
}

void Tape::begin_next_file() {
    close();
    auto next = std::make_unique<Writer>(path_of(files_ + 1), replace_);
    bytes_before_ += writer_->bytes();
    messages_before_ += writer_->messages();
    writer_ = std::move(next);
    ++files_;
    file_counts_.clear();
    file_began_ = Clock::now();
}

ChannelId Tape::channel_for(const SegmentShape& from, bool is_image) {
    Channel channel{from.name, is_image ? "cdr" : "application/octet-stream", {}, {}};
    if (is_image) channel.schema = image_schema();
    channel.metadata = {{"offered_qos_profiles", "[]"},  // rosbag2 asks for it
                        {"kind", inspect::to_string(from.kind)},
                        {"payload_bytes", std::to_string(from.payload_bytes)},
                        {"history", std::to_string(from.history)}};
    return writer_->channel(channel);
}

void Tape::add(const SegmentShape& from, const Copied& message, Bytes payload) {
    const auto now = Clock::now();
    const bool file_is_full =
        (split_.bytes && writer_->bytes() >= *split_.bytes) || (split_.time && now - file_began_ >= *split_.time);
    if (file_is_full && !file_counts_.empty()) begin_next_file();

    const auto wall_ns = [&](Clock::time_point time) {
        return static_cast<std::uint64_t>((time.time_since_epoch() + wall_minus_steady_).count());
    };
    const std::uint64_t publish_time_ns = wall_ns(message.published_at);
    const bool is_image = fits_ros_image(message.image, payload.size());
    const MessageHead head{channel_for(from, is_image), static_cast<std::uint32_t>(message.sequence), wall_ns(now),
                           publish_time_ns};
    image_head_.clear();
    if (is_image) write_image_head(image_head_, message.image, from.name, publish_time_ns, payload.size());
    if (!writer_->is_waiting()) waiting_since_ = now;
    writer_->add(head, image_head_, payload);
    recording::add(counts_, from.name, message.lost);
    recording::add(file_counts_, from.name, message.lost);
}

void Tape::tick() {
    if (!writer_->is_waiting() || Clock::now() - waiting_since_ < longest_in_memory) return;
    writer_->flush();
}

void Tape::close() {
    writer_->close(metadata_of(file_counts_));
}

}  // namespace handoff::apps::tool::recording
