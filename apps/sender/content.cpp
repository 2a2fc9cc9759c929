#include "sender/content.hpp"

#include "sender/image_probe.hpp"
#include "sender/names.hpp"
#include "sender/picture_source.hpp"
#include "sender/tiff_probe.hpp"

#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 24> picture_extensions{
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jp2", ".png", ".bmp", ".dib", ".tif", ".tiff", ".webp", ".pbm",
    ".pgm", ".ppm",  ".pnm", ".pxm",  ".pfm", ".sr",  ".ras", ".exr", ".hdr", ".pic",  ".heic", ".avif"};
constexpr std::array<std::string_view, 20> video_extensions{
    ".avi", ".mp4", ".m4v",  ".mkv",   ".mov", ".webm", ".mpg", ".mpeg", ".ts",   ".wmv",
    ".flv", ".ogv", ".mjpg", ".mjpeg", ".3gp", ".gif",  ".y4m", ".h264", ".h265", ".hevc"};

/// Only signatures that no text begins with by chance: a folder holds files of every kind.
struct Signature {
    std::size_t at;
    std::string_view bytes;
    InputKind kind;
};
constexpr std::array<Signature, 25> signatures{{
    {8, "WEBP", InputKind::picture},
    {4, "ftyphei", InputKind::picture},  // heic, heix, heim, heis: HEIF, as telephones write it
    {4, "ftyphevc", InputKind::picture},
    {4, "ftypmif1", InputKind::picture},
    {4, "ftypmsf1", InputKind::picture},
    {4, "ftypavif", InputKind::picture},
    {4, "ftypavis", InputKind::picture},
    {4, "jP  \r\n\x87\n", InputKind::picture},
    {0, "#?RADIANCE\n", InputKind::picture},
    {0, "\x76\x2f\x31\x01", InputKind::picture},  // OpenEXR
    {0, "\x59\xa6\x6a\x95", InputKind::picture},  // Sun raster
    {8, "AVI ", InputKind::video},
    {4, "ftypiso", InputKind::video},
    {4, "ftypmp4", InputKind::video},
    {4, "ftypM4V", InputKind::video},
    {4, "ftypMSNV", InputKind::video},
    {4, "ftypavc1", InputKind::video},
    {4, "ftypdash", InputKind::video},
    {4, "ftyp3g", InputKind::video},
    {4, "ftypqt  ", InputKind::video},
    {0, "\x1a\x45\xdf\xa3", InputKind::video},  // Matroska, WebM
    {0, "FLV\x01", InputKind::video},
    {0, "GIF8", InputKind::video},
    {0, "YUV4MPEG2 ", InputKind::video},
    {0, "\0\0\x01\xba"sv, InputKind::video},  // MPEG program stream
}};

std::optional<InputKind> kind_by_extension(const fs::path& path) {
    const std::string extension = lower_case(path.extension().string());
    if (std::ranges::find(picture_extensions, extension) != picture_extensions.end()) return InputKind::picture;
    if (std::ranges::find(video_extensions, extension) != video_extensions.end()) return InputKind::video;
    return {};
}

/// Annex B of H.264 and H.265, as cameras write them without a container: a start code, then what such a stream begins
/// with: access unit delimiter, parameter sets, or supplemental information.
bool is_raw_h26x(std::string_view text) {
    const std::size_t at = text.starts_with("\0\0\0\x01"sv) ? 4 : text.starts_with("\0\0\x01"sv) ? 3 : 0;
    if (at == 0 || text.size() <= at + 1) return false;
    const auto first = static_cast<unsigned char>(text[at]);
    const auto second = static_cast<unsigned char>(text[at + 1]);
    const unsigned h264 = first & 0x1FU;
    if ((first & 0x80U) == 0 && h264 >= 6 && h264 <= 9 && h264 != 8) return true;
    const unsigned h265 = first >> 1U;
    return ((h265 >= 32 && h265 <= 35) || h265 == 39) && (first & 1U) == 0 && second == 1;
}

/// Packets of 188 bytes that all begin with the same byte.
bool is_transport_stream(std::string_view text) {
    constexpr std::size_t packet = 188;
    constexpr std::size_t packets = 4;
    if (text.size() < packets * packet) return false;
    for (std::size_t number = 0; number < packets; ++number)
        if (text[number * packet] != 'G') return false;
    return true;
}

}  // namespace

std::optional<InputKind> kind_by_signature(std::string_view text) {
    for (const Signature& signature : signatures)
        if (text.size() > signature.at && text.substr(signature.at).starts_with(signature.bytes)) return signature.kind;
    return {};
}

namespace {

std::optional<InputKind> kind_by_content(const fs::path& path) {
    constexpr std::uint64_t enough = 256U << 10U;  // what the size of a photograph may need, too
    std::vector<std::byte> head = bytes_of_file(path.string(), enough);
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    if (is_jpeg(head)) {
        if (ending_of(head).next_jpeg == 0) return InputKind::picture;
        return kind_by_extension(path) == InputKind::picture ? InputKind::pages : InputKind::video;
    }
    if (is_png(head))
        return stored_pixels(head).value_or(StoredPixels{}).is_animated ? InputKind::video : InputKind::picture;
    if (is_tiff(head)) {
        if (head.size() == enough) head = bytes_of_file(path.string(), UINT64_MAX);
        return tiff_pages(head).size() > 1 ? InputKind::pages : InputKind::picture;
    }
    if (const auto kind = kind_by_signature(text)) return kind;
    if (is_raw_h26x(text) || is_transport_stream(text)) return InputKind::video;
    return {};
}

}  // namespace

std::optional<InputKind> kind_of(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) {
        try {
            if (const auto kind = kind_by_content(path)) return kind;
        } catch (const Unreadable&) {  // reported when its turn comes
        }
    }
    return kind_by_extension(path);
}

bool is_unsupported_picture(const fs::path& path) {
    constexpr std::uint64_t longest_signature = 32;
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) return false;
    try {
        const auto head = bytes_of_file(path.string(), longest_signature);
        const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
        return kind_by_signature(text) == InputKind::picture && !cv::haveImageReader(path.string());
    } catch (const Unreadable&) {
        return false;
    }
}

}  // namespace handoff::apps::sender
