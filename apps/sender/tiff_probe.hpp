// The pages of a TIFF by its directories, without decoding one.
#pragma once

#include "cli/units.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace handoff::apps::sender {

struct TiffPage {
    int index = 0;  ///< among all directories of the file, thumbnails included
    PictureSize size;
    std::uint32_t bits = 1;  ///< per sample
    std::uint32_t samples = 1;
    bool has_alpha = false;  ///< or another channel beside grey or colour, which few files give a name
    bool is_float = false;
};

bool is_tiff(std::span<const std::byte> bytes) noexcept;

/// The pages of a TIFF or BigTIFF in their order, without smaller copies (thumbnails, pyramids) behind the first. Empty
/// for other formats; what lies outside of these bytes ends the list, and so does a directory that comes again.
std::vector<TiffPage> tiff_pages(std::span<const std::byte> bytes);

}  // namespace handoff::apps::sender
