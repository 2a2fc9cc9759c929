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
    std::size_t end() const { return end_; }
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

std::string_view text_at(Bytes bytes, std::size_t at, std::size_t length) {
    if (at > bytes.size() || length > bytes.size() - at) return {};
    return {reinterpret_cast<const char*>(bytes.data()) + at, length};
}

Ending ending_of_jpeg(Bytes bytes) {
    constexpr unsigned application_2 = 0xE2;
    JpegSegments segments(bytes);
    bool has_scan = false;
    bool has_views = false;
    while (segments.next()) {
        has_scan = has_scan || segments.marker() == JpegSegments::start_of_scan;
        has_views = has_views || (segments.marker() == application_2 && text_at(segments.body(), 2, 3) == "MPF");
        if (segments.marker() != JpegSegments::end_of_image) continue;
        if (!has_scan) return {"the JPEG has no picture in it"};
        const bool more = !has_views && is_jpeg(bytes.subspan(segments.end()));
        return {"", more ? segments.end() : 0};
    }
    return {has_scan ? "the JPEG is cut short: its end is missing" : "the JPEG is cut short before the picture begins"};
}

/// Calls use(type, at of the data, length) for each chunk of a PNG until it returns false, or the bytes end.
template <class Use>
void each_png_chunk(Bytes bytes, Use use) {
    std::size_t at = png_signature.size();
    while (at + 8 <= bytes.size()) {
        const std::size_t length = big_endian(bytes, at, 4);
        if (!use(text_at(bytes, at + 4, 4), at + 8, length) || length + 12 > bytes.size() - at) return;
        at += 12 + length;
    }
}

std::optional<StoredPixels> png_pixels(Bytes bytes) {
    if (bytes.size() < 26) return {};
    constexpr unsigned palette = 3;
    const unsigned colour_type = byte_at(bytes, 25);
    StoredPixels stored;
    stored.bits = byte_at(bytes, 24) > 8 ? 16 : 8;
    bool has_transparency = false;
    each_png_chunk(bytes, [&](std::string_view type, std::size_t at, std::size_t) {
        has_transparency = has_transparency || type == "tRNS";
        if (type == "acTL" && at + 4 <= bytes.size()) stored.is_animated = big_endian(bytes, at, 4) > 1;
        return type != "IDAT";
    });
    stored.has_alpha = (colour_type & 4U) != 0 || (colour_type == palette && has_transparency);
    stored.has_transparent_colour = has_transparency && !stored.has_alpha;
    stored.channels = stored.has_alpha ? 4 : colour_type == 0 ? 1 : 3;  // OpenCV makes four of grey and alpha, too
    return stored;
}

std::optional<StoredPixels> jpeg_pixels(Bytes bytes) {
    JpegSegments segments(bytes);
    while (segments.next() && segments.marker() != JpegSegments::start_of_scan) {
        const Bytes body = segments.body();  // length, precision, height, width, components
        if (!segments.is_frame_header() || body.size() < 8) continue;
        StoredPixels stored;
        stored.channels = byte_at(body, 7) == 1 ? 1 : 3;
        return stored;
    }
    return {};
}

Bytes png_exif(Bytes bytes) {
    Bytes exif;
    each_png_chunk(bytes, [&](std::string_view type, std::size_t at, std::size_t length) {
        if (type == "eXIf" && length <= bytes.size() - at) exif = bytes.subspan(at, length);
        return exif.empty();
    });
    return exif;
}

std::uint32_t little_endian(Bytes bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;) number = number << 8U | byte_at(bytes, at + i);
    return number;
}

Bytes webp_exif(Bytes bytes) {
    constexpr std::string_view introduction("Exif\0\0", 6);  // what some put before it, as a JPEG has it
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        const std::size_t length = little_endian(bytes, at + 4);
        if (length > bytes.size() - at - 8) break;
        if (text_at(bytes, at, 4) == "EXIF") {
            const Bytes exif = bytes.subspan(at + 8, length);
            return text_at(exif, 0, 6) == introduction ? exif.subspan(6) : exif;
        }
        at += 8 + length + length % 2;
    }
    return {};
}

bool is_webp(Bytes bytes) {
    return text_at(bytes, 0, 4) == "RIFF" && text_at(bytes, 8, 4) == "WEBP";
}

std::optional<StoredPixels> webp_pixels(Bytes bytes) {
    const std::string_view kind = text_at(bytes, 12, 4);
    if (kind.empty() || bytes.size() < 25) return {};
    StoredPixels stored;
    if (kind == "VP8X") {
        stored.has_alpha = (byte_at(bytes, 20) & 0x10U) != 0;
        stored.is_animated = (byte_at(bytes, 20) & 0x02U) != 0;
    }
    if (kind == "VP8L") stored.has_alpha = (byte_at(bytes, 24) & 0x10U) != 0;
    return stored;
}

/// Only since its fourth version can the header declare alpha; before, the fourth byte means nothing.
std::optional<StoredPixels> bmp_pixels(Bytes bytes) {
    constexpr std::size_t header_size_at = 14;
    constexpr std::size_t alpha_mask_at = 66;
    if (bytes.size() < alpha_mask_at + 4) return {};
    StoredPixels stored;
    const bool has_mask = byte_at(bytes, header_size_at) >= 108 && big_endian(bytes, alpha_mask_at, 4) != 0;
    stored.has_alpha = has_mask && byte_at(bytes, 28) == 32;
    return stored;
}

/// Bytes of the pixels that the header claims, at least: one channel, before compression.
std::uint64_t least_png_bytes(Bytes bytes) {
    const std::uint64_t bits_in_a_row = std::uint64_t{big_endian(bytes, 16, 4)} * byte_at(bytes, 24);
    return (1 + bits_in_a_row / 8) * big_endian(bytes, 20, 4);
}

std::string_view why_png_incomplete(Bytes bytes) {
    constexpr std::uint64_t most_that_a_byte_becomes = 1032;  // a limit of deflate
    bool has_end = false;
    std::uint64_t compressed = 0;
    each_png_chunk(bytes, [&](std::string_view type, std::size_t at, std::size_t length) {
        has_end = type == "IEND" && length + 4 <= bytes.size() - at;  // a checksum follows
        if (type == "IDAT") compressed += length;
        return !has_end;
    });
    if (!has_end) return "the PNG is cut short: its end is missing";
    if (bytes.size() >= 26 && least_png_bytes(bytes) / most_that_a_byte_becomes > compressed)
        return "the PNG is too short for the size that its header claims";
    return "";
}

}  // namespace

bool is_png(Bytes bytes) noexcept {
    return bytes.size() >= png_signature.size() && std::equal(png_signature.begin(), png_signature.end(), bytes.begin(),
                                                              [](unsigned char left, std::byte right) {
                                                                  return left == std::to_integer<unsigned char>(right);
                                                              });
}

bool is_jpeg(Bytes bytes) noexcept {
    return bytes.size() >= 3 && byte_at(bytes, 0) == 0xFF && byte_at(bytes, 1) == 0xD8 && byte_at(bytes, 2) == 0xFF;
}

std::optional<PictureSize> size_in_header(Bytes bytes) noexcept {
    if (is_png(bytes) && bytes.size() >= 24) return size_of(big_endian(bytes, 16, 4), big_endian(bytes, 20, 4));
    if (is_jpeg(bytes)) return jpeg_size(bytes);
    return {};
}

std::optional<StoredPixels> stored_pixels(Bytes bytes) noexcept {
    if (is_png(bytes)) return png_pixels(bytes);
    if (is_jpeg(bytes)) return jpeg_pixels(bytes);
    if (is_webp(bytes)) return webp_pixels(bytes);
    if (text_at(bytes, 0, 2) == "BM") return bmp_pixels(bytes);
    return {};
}

Bytes exif_of(Bytes bytes) noexcept {
    if (is_png(bytes)) return png_exif(bytes);
    if (is_webp(bytes)) return webp_exif(bytes);
    return {};
}

Ending ending_of(Bytes bytes) noexcept {
    if (is_png(bytes)) return {why_png_incomplete(bytes)};
    if (is_jpeg(bytes)) return ending_of_jpeg(bytes);
    return {};
}

}  // namespace handoff::apps::sender
