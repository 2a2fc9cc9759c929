// handoff: the description of an image. It is stored in the slot with the bytes, so that a receiver needs no other
// source. The same 64 bytes describe an array (array.hpp).
#pragma once

#include <handoff/array.hpp>
#include <handoff/error.hpp>
#include <handoff/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace handoff {

/// The format of one pixel. Names as in ROS and Foxglove; the numbers are stable (they are in the segment). `none`
/// marks bytes that are not an image.
enum class Encoding : std::uint32_t {
    // generated from describe/handoff.toml: Encoding
    none = 0,  ///< plain bytes, not an image
    mono8 = 1,
    mono16 = 2,
    bgr8 = 3,
    rgb8 = 4,
    bgra8 = 5,
    rgba8 = 6,
    bgr16 = 7,
    rgb16 = 8,
    type_8UC2 = 9,
    type_8SC1 = 10,
    type_8SC2 = 11,
    type_8SC3 = 12,
    type_8SC4 = 13,
    type_16UC1 = 14,
    type_16UC2 = 15,
    type_16UC3 = 16,
    type_16UC4 = 17,
    type_16SC1 = 18,
    type_16SC2 = 19,
    type_16SC3 = 20,
    type_16SC4 = 21,
    type_32SC1 = 22,
    type_32SC2 = 23,
    type_32SC3 = 24,
    type_32SC4 = 25,
    type_32FC1 = 26,
    type_32FC2 = 27,
    type_32FC3 = 28,
    type_32FC4 = 29,
    type_64FC1 = 30,
    type_64FC2 = 31,
    type_64FC3 = 32,
    type_64FC4 = 33,
    bayer_rggb8 = 34,
    bayer_bggr8 = 35,
    bayer_gbrg8 = 36,
    bayer_grbg8 = 37,
    array = 38,  ///< not an image, but an array of any shape
    // end of generated
};

/// "bgr8", "16UC1", ...; "unknown" for any other number.
HANDOFF_EXPORT std::string_view name_of(Encoding encoding) noexcept;
/// The encoding of that name. Accepts ROS names, OpenCV type names ("8UC3", "CV_8UC3") and FFmpeg pixel formats
/// ("bgr24", "gray"). Errors: invalid_argument, with the names that are known.
HANDOFF_EXPORT result<Encoding> encoding_of(std::string_view name);
/// Bytes of one pixel, all channels; 0 for none, array and unknown numbers.
HANDOFF_EXPORT std::size_t bytes_per_pixel(Encoding encoding) noexcept;
/// Bytes of one number inside a pixel (2 for bgr16); 0 for none, array and unknown numbers.
HANDOFF_EXPORT std::size_t bytes_per_channel(Encoding encoding) noexcept;
/// Of one number inside a pixel: 'u' unsigned, 'i' signed, 'f' floating point.
HANDOFF_EXPORT char kind_of(Encoding encoding) noexcept;

/// The description of one frame: 64 bytes, the same in every process and language. An Array has the encoding `array`,
/// no width, height and step, its type and rank in `reserved`, and its extents in place of `frame_id`: Array::from()
/// reads it.
struct Image {
    std::uint32_t width = 0;   ///< pixels
    std::uint32_t height = 0;  ///< pixels
    std::uint64_t step = 0;    ///< bytes from one row to the next, at least width * bytes_per_pixel
    Encoding encoding = Encoding::none;
    std::uint32_t reserved = 0;        ///< of an array: dtype:8 | rank:8, from the lowest bit on
    std::int64_t capture_time_ns = 0;  ///< when the image was taken, nanoseconds since 1970 (UTC); 0: not known
    char frame_id[32] = {};            ///< its source, as in ROS; ends with a NUL

    /// A description of an image without gaps between rows.
    HANDOFF_EXPORT static Image of(std::uint32_t width, std::uint32_t height, Encoding encoding) noexcept;
    /// Sets frame_id; a longer id is cut to 31 bytes, UTF-8 at the end of a whole character.
    HANDOFF_EXPORT void set_frame_id(std::string_view id) noexcept;
    /// frame_id up to its NUL; all of it if a damaged segment has none; empty if this describes an array.
    HANDOFF_EXPORT std::string_view frame() const noexcept;
    /// True if the description is that of an image.
    bool is_image() const noexcept { return is_described() && !is_array(); }
    /// True if the description is that of an array and not of an image.
    bool is_array() const noexcept { return encoding == Encoding::array; }
    /// False for plain bytes.
    bool is_described() const noexcept { return encoding != Encoding::none; }
    /// Bytes from the first pixel to the end of the last row, or of all elements of the array. REQUIRES: a checked
    /// description.
    std::uint64_t byte_count() const noexcept { return is_array() ? Array::from(*this).byte_count() : step * height; }
};
static_assert(sizeof(Image) == 64, "one cache line, and the same layout for every process");

/// Checks a description against the available bytes: known encoding, no zero sizes, step not below a row's bytes, no
/// overflow, everything inside `available_bytes`. Errors: invalid_argument, too_large.
HANDOFF_EXPORT result<void> check_image(const Image& image, std::uint64_t available_bytes);
/// As check_image(); an array is accepted, too: known type, a rank of at most 8, no overflow, everything inside
/// `available_bytes`. Errors: invalid_argument, too_large.
HANDOFF_EXPORT result<void> check_description(const Image& description, std::uint64_t available_bytes);

}  // namespace handoff
