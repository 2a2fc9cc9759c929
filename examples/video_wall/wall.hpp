// What writers and readers of the video wall agree on: the topic, and what a frame looks like.
#pragma once

#include <handoff/topic.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace video_wall {

inline constexpr std::uint32_t width = 1280, height = 720, pixel_bytes = 3;
inline constexpr std::size_t frame_bytes = std::size_t{width} * height * pixel_bytes;

/// Room for 10 frames, and for those in use: two writers draw, four readers look.
inline handoff::TopicShape topic_shape() {
    return {.history = 10, .payload_bytes = frame_bytes, .loans = 2, .pin_budget = 4};
}

/// Burnt into the first pixels of each frame.
struct Stamp {
    std::uint64_t number;    ///< counts the frames of one writer from 1
    std::uint64_t checksum;  ///< over the number and all other pixels
};

/// FNV-1a over words of 64 bits.
inline std::uint64_t checksum_of(std::span<const std::byte> pixels, std::uint64_t number) {
    static_assert(frame_bytes % sizeof(std::uint64_t) == 0 && sizeof(Stamp) % sizeof(std::uint64_t) == 0);
    std::uint64_t sum = 0xcbf29ce484222325 ^ number;
    for (std::size_t at = sizeof(Stamp); at < pixels.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, pixels.data() + at, sizeof word);
        sum = (sum ^ word) * 0x100000001b3;
    }
    return sum;
}

/// A bar that wanders over a gradient. REQUIRES: pixels.size() == frame_bytes
inline void draw(std::span<std::byte> pixels, std::uint64_t number) {
    constexpr std::uint32_t bar_width = 40, step = 8;
    constexpr std::size_t row_bytes = std::size_t{width} * pixel_bytes;
    std::vector<std::byte> row(row_bytes);
    const auto bar = static_cast<std::uint32_t>(number * step % width);
    for (std::uint32_t x = 0; x < width; ++x)
        for (std::uint32_t colour = 0; colour < pixel_bytes; ++colour)
            row[x * pixel_bytes + colour] = std::byte(x >= bar && x < bar + bar_width ? 255 : x >> (colour + 3));
    for (std::uint32_t y = 0; y < height; ++y) std::memcpy(pixels.data() + y * row_bytes, row.data(), row_bytes);
    const Stamp stamp{number, checksum_of(pixels, number)};
    std::memcpy(pixels.data(), &stamp, sizeof stamp);
}

/// The stamp of a frame if its pixels are whole, otherwise one with the number 0.
inline Stamp stamp_of(std::span<const std::byte> pixels) {
    Stamp stamp{};
    if (pixels.size() != frame_bytes) return stamp;
    std::memcpy(&stamp, pixels.data(), sizeof stamp);
    return checksum_of(pixels, stamp.number) == stamp.checksum ? stamp : Stamp{};
}

}  // namespace video_wall
