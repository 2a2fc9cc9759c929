#include "sender/image_probe.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace handoff::apps::sender {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::array<unsigned char, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

unsigned byte_at(Bytes bytes, std::size_t at) {
    return std::to_integer<unsigned>(bytes[at]);
}

std::uint32_t big_endian(Bytes bytes, std::size_t at, std::size_t count) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < count; ++i) number = number << 8U | byte_at(bytes, at + i);
    return number;
}

bool is_png(Bytes bytes) {
    return bytes.size() >= png_signature.size() && std::equal(png_signature.begin(), png_signature.end(), bytes.begin(),
                                                              [](unsigned char left, std::byte right) {
                                                                  return left == std::to_integer<unsigned char>(right);
                                                              });
}

bool is_jpeg(Bytes bytes) {
    return bytes.size() >= 3 && byte_at(bytes, 0) == 0xFF && byte_at(bytes, 1) == 0xD8 && byte_at(bytes, 2) == 0xFF;
}

std::optional<PictureSize> size_of(std::uint32_t width, std::uint32_t height) {
    if (width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX) return {};
    return PictureSize{width, height};
}

/// Walks through the segments of a JPEG. At the front of each: the marker, and the bytes that belong to it.
class JpegSegments {
public:
    explicit JpegSegments(Bytes bytes) : bytes_(bytes) {}

    /// False where the bytes end or make no sense.
    bool next() {
        at_ = end_;
        if (marker_ == start_of_scan) skip_scan();
        if (at_ + 2 > bytes_.size() || byte_at(bytes_, at_) != 0xFF) return false;
        while (at_ + 1 < bytes_.size() && byte_at(bytes_, at_ + 1) == 0xFF) ++at_;  // fill bytes
        if (at_ + 2 > bytes_.size()) return false;
        marker_ = byte_at(bytes_, at_ + 1);
        at_ += 2;
        end_ = at_;
        if (stands_alone(marker_)) return true;
        if (at_ + 2 > bytes_.size()) return false;
        end_ = at_ + big_endian(bytes_, at_, 2);
        return end_ >= at_ + 2 && end_ <= bytes_.size();
    }

    unsigned marker() const { return marker_; }
    Bytes body() const { return bytes_.subspan(at_, end_ - at_); }
    bool is_frame_header() const {
        return marker_ >= 0xC0 && marker_ <= 0xCF && marker_ != 0xC4 && marker_ != 0xC8 && marker_ != 0xCC;
    }

    static constexpr unsigned start_of_scan = 0xDA;
    static constexpr unsigned end_of_image = 0xD9;

private:
    static bool stands_alone(unsigned marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD9); }

    /// Compressed data ends at the first 0xFF that is neither stuffed (0x00) nor a restart marker.
    void skip_scan() {
        for (; at_ + 1 < bytes_.size(); ++at_) {
            const unsigned next = byte_at(bytes_, at_ + 1);
            if (byte_at(bytes_, at_) == 0xFF && next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return;
        }
    }

    Bytes bytes_;
    unsigned marker_ = 0;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
};

std::optional<PictureSize> jpeg_size(Bytes bytes) {
    JpegSegments segments(bytes);
    while (segments.next() && segments.marker() != JpegSegments::start_of_scan) {
        const Bytes body = segments.body();  // length, precision, height, width
        if (segments.is_frame_header() && body.size() >= 7)
            return size_of(big_endian(body, 5, 2), big_endian(body, 3, 2));
    }
    return {};
}

std::string_view why_jpeg_incomplete(Bytes bytes) {
    JpegSegments segments(bytes);
    bool has_scan = false;
    while (segments.next()) {
        has_scan = has_scan || segments.marker() == JpegSegments::start_of_scan;
        if (segments.marker() == JpegSegments::end_of_image) return has_scan ? "" : "the JPEG has no picture in it";
    }
    return has_scan ? "the JPEG is cut short: its end is missing" : "the JPEG is cut short before the picture begins";
}

std::string_view why_png_incomplete(Bytes bytes) {
    std::size_t at = png_signature.size();
    while (at + 12 <= bytes.size()) {  // length, type, data, checksum
        const std::size_t length = big_endian(bytes, at, 4);
        if (length > bytes.size() - at - 12) break;
        if (big_endian(bytes, at + 4, 4) == 0x49454E44) return "";  // IEND
        at += 12 + length;
    }
    return "the PNG is cut short: its end is missing";
}

}  // namespace

std::optional<PictureSize> size_in_header(Bytes bytes) noexcept {
    if (is_png(bytes) && bytes.size() >= 24) return size_of(big_endian(bytes, 16, 4), big_endian(bytes, 20, 4));
    if (is_jpeg(bytes)) return jpeg_size(bytes);
    return {};
}

std::string_view why_incomplete(Bytes bytes) noexcept {
    if (is_png(bytes)) return why_png_incomplete(bytes);
    if (is_jpeg(bytes)) return why_jpeg_incomplete(bytes);
    return "";
}

}  // namespace handoff::apps::sender
