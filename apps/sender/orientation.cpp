#include "sender/orientation.hpp"

#include "sender/image_probe.hpp"

#include <opencv2/core.hpp>

#include <cstdint>

namespace handoff::apps::sender {

namespace {

using Bytes = std::span<const std::byte>;

/// EXIF data are a small TIFF: the directory in it has one entry of 12 bytes for each property.
class ExifReader {
public:
    explicit ExifReader(Bytes bytes) : bytes_(bytes) { is_little_ = bytes_.size() >= 2 && bytes_[0] == std::byte{'I'}; }

    int orientation() const {
        constexpr std::uint32_t orientation_tag = 0x112;
        constexpr std::size_t entry_bytes = 12;
        const std::size_t directory = number(4, 4);
        const std::size_t entries = number(directory, 2);
        for (std::size_t entry = 0; entry < entries; ++entry) {
            const std::size_t at = directory + 2 + entry * entry_bytes;
            if (at + entry_bytes > bytes_.size()) return 1;
            if (number(at, 2) != orientation_tag) continue;
            const std::uint32_t value = number(at + 8, 2);
            return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
        }
        return 1;
    }

private:
    /// 0 where the bytes end before.
    std::uint32_t number(std::size_t at, std::size_t length) const {
        if (at > bytes_.size() || length > bytes_.size() - at) return 0;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < length; ++i)
            value = value << 8U | std::to_integer<std::uint32_t>(bytes_[at + (is_little_ ? length - 1 - i : i)]);
        return value;
    }

    Bytes bytes_;
    bool is_little_ = false;
};

}  // namespace

int orientation_of(Bytes bytes) noexcept {
    return ExifReader(exif_of(bytes)).orientation();
}

cv::Mat upright(const cv::Mat& picture, int orientation) {
    constexpr int left_and_right = 1;
    constexpr int up_and_down = 0;
    constexpr int both = -1;
    if (orientation == 1 || picture.empty()) return picture;
    cv::Mat turned;
    if (orientation >= 5)  // taken on its side
        cv::transpose(picture, turned);
    else
        turned = picture;
    const int side = orientation == 2 || orientation == 6   ? left_and_right
                     : orientation == 4 || orientation == 8 ? up_and_down
                                                            : both;
    if (orientation == 5) return turned;
    cv::Mat flipped;
    cv::flip(turned, flipped, side);
    return flipped;
}

}  // namespace handoff::apps::sender
