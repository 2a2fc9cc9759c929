// The size of a JPEG or PNG by its first bytes, and whether its end is there, without decoding it.
#pragma once

#include "cli/units.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace handoff::apps::sender {

/// Width and height as in the header of a JPEG or PNG (EXIF orientation may swap them when it is decoded). Nothing for
/// other formats, and where the header is broken or not among these bytes.
std::optional<PictureSize> size_in_header(std::span<const std::byte> bytes) noexcept;

/// How the pixels of a picture are stored, as far as its header describes it.
struct StoredPixels {
    int bits = 8;      ///< per channel: 8 or 16; less is counted as 8
    int channels = 3;  ///< alpha included
    bool has_alpha = false;
    bool has_transparent_colour = false;  ///< a PNG without alpha that declares one of its colours transparent
    bool is_animated = false;             ///< there are more pictures behind the first
};

bool is_png(std::span<const std::byte> bytes) noexcept;
bool is_jpeg(std::span<const std::byte> bytes) noexcept;

/// Of a JPEG, PNG, WebP or BMP; nothing for other formats and where the header is broken or not among these bytes. Of a
/// WebP or BMP only has_alpha and is_animated are filled in.
std::optional<StoredPixels> stored_pixels(std::span<const std::byte> bytes) noexcept;

/// The EXIF data of a PNG or WebP, from their byte order on; empty where there are none, and for other formats.
std::span<const std::byte> exif_of(std::span<const std::byte> bytes) noexcept;

struct Ending {
    /// Why a JPEG or PNG cannot be whole: decoders hand out grey where the rest of a JPEG is missing, without an error;
    /// and they take memory for any size that a PNG claims. Empty for whole files, for other formats and where this is
    /// not known.
    std::string_view why_incomplete;
    /// Where another JPEG begins at once behind this one, as in a motion JPEG; else 0. The second view in a file of
    /// several (MPF: stereo pairs, and what phones add to a photograph) does not count.
    std::size_t next_jpeg = 0;
};
Ending ending_of(std::span<const std::byte> bytes) noexcept;

}  // namespace handoff::apps::sender
