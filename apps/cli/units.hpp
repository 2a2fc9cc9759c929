// Sizes, durations and picture sizes as people write them, and as they like to read them.
#pragma once

#include <handoff/error.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace handoff::apps {

struct PictureSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    /// Bytes of such a picture with three 8-bit channels.
    std::uint64_t bgr_bytes() const noexcept { return std::uint64_t{width} * height * 3; }
    friend bool operator==(PictureSize, PictureSize) = default;
};

/// "4096", "64k", "64Ki", "64M", "64Mi", "2G", "2Gi" in bytes. Errors: invalid_argument.
result<std::uint64_t> parse_size(std::string_view text);
/// "500us", "250ms", "1.5s", "2min", "1h"; a unit is required. Errors: invalid_argument.
result<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// "1920x1080", each side 1 to 32,768. Errors: invalid_argument.
result<PictureSize> parse_picture_size(std::string_view text);

/// "812 bytes", "6.2 MB".
std::string format_bytes(std::uint64_t bytes);
/// "850 ns", "12.4 us", "3.1 ms", "5 s".
std::string format_duration(std::chrono::nanoseconds duration);
/// A number with so many digits behind the point, in any locale.
std::string fixed(double value, int digits);
/// "1 frame", "2 frames".
std::string counted(std::uint64_t count, std::string_view thing);

}  // namespace handoff::apps
