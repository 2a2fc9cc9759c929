// What the first bytes of a JPEG or PNG say about its size, and whether its end is there, without decoding it.
#pragma once

#include "common/units.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace handoff::apps::sender {

/// Width and height as in the header of a JPEG or PNG (EXIF orientation may swap them when it is decoded). Nothing for
/// other formats, and where the header is broken or not among these bytes.
std::optional<PictureSize> size_in_header(std::span<const std::byte> bytes) noexcept;

/// Why a JPEG or PNG cannot be whole: decoders hand out grey where the rest of a JPEG is missing, and do not say so.
/// Empty for whole files, for other formats and where nothing can be said.
std::string_view why_incomplete(std::span<const std::byte> bytes) noexcept;

}  // namespace handoff::apps::sender
