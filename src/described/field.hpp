// What described.hpp says of a field.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace handoff::detail::described {

struct Field {
    enum class Type : std::uint8_t { u32, u64, flag, word, text, id, ns, image };
    const char* name;       ///< in C++, C and Python
    const char* node_name;  ///< in Node.js
    Type type;
    std::span<const std::string_view> words;  ///< of a number that is written as a word
    const char* says;
};

/// What a pixel of an encoding is made of.
struct Pixel {
    std::uint8_t channels;
    std::uint8_t bytes_per_channel;
    char kind;  ///< 'u' unsigned, 'i' signed, 'f' floating point
};

/// What an element of an array is made of.
struct Item {
    std::uint8_t bytes;
    char kind;  ///< 'b' boolean, 'u' unsigned, 'i' signed, 'f' floating point
};

/// Of a number.
struct Limit {
    std::uint32_t least;
    std::uint32_t most;
    std::uint32_t fallback;  ///< what a new segment gets where nothing is given

    constexpr bool has(std::uint32_t number) const noexcept { return number >= least && number <= most; }
};

}  // namespace handoff::detail::described
