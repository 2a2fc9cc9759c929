// Images as PNG.
#pragma once

#include <handoff/image.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace handoff::apps::tool {

/// The image as the bytes of a PNG file: gray and colour, 8 or 16 bit, with alpha where it has one. Errors:
/// mismatch for encodings that PNG does not know.
result<std::vector<std::byte>> as_png(const Image& image, std::span<const std::byte> pixels);

}  // namespace handoff::apps::tool
