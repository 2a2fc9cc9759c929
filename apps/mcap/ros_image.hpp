// Images as ROS 2 has them: sensor_msgs/msg/Image in CDR (XCDR1, little endian).
#pragma once

#include "mcap/records.hpp"

#include <handoff/image.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace handoff::apps::mcap {

/// "sensor_msgs/msg/Image", with the definitions of all that is in it.
const Schema& image_schema();

/// False where the format has no room for it: rows or payloads of 4 GiB and more.
bool fits_ros_image(const Image& image, std::uint64_t payload_bytes) noexcept;

/// Puts everything that comes before the pixels into `head`. The stamp is the time of capture, or that of publication
/// where that is not known; frame_id is that of the image, or `topic` where it has none. REQUIRES: fits_ros_image()
void write_image_head(std::vector<std::byte>& head, const Image& image, std::string_view topic,
                      std::uint64_t publish_time_ns, std::uint64_t payload_bytes);

struct RosImage {
    Image image;
    Bytes payload;
};
/// The other way round: what was recorded. Nothing for bytes that are not such an image.
std::optional<RosImage> read_ros_image(Bytes message, std::string_view topic, std::uint64_t publish_time_ns);

}  // namespace handoff::apps::mcap
