// Pictures of numbers that no picture file shows: floats, and integers with a sign.
#pragma once

#include <handoff/image.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace handoff::apps::tool {

/// The same picture in 8 bits: gray for one channel, colour (blue first, as OpenCV has it) for three.
struct Scaled {
    Image image;
    std::vector<std::byte> pixels;
    double black = 0;               ///< this number and those below it
    double white = 0;               ///< this number and those above it
    std::uint64_t not_numbers = 0;  ///< NaN: black, too

    /// "scaled: 0.35 and less is black, 7.2 and more is white (1st and 99th percentile)", and what was no number.
    std::string words() const;
};

/// Scaled between the 1st and the 99th percentile of its numbers (of a large picture: of a million of them, evenly
/// spread), all channels together; between the least and the largest where those two are equal. Nothing: an encoding of
/// another kind, or one with two or four channels. REQUIRES: check_image(image, pixels.size())
std::optional<Scaled> scaled(const Image& image, std::span<const std::byte> pixels);

}  // namespace handoff::apps::tool
