// What the two programs send each other: bytes that can be verified on arrival.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace classic_handshake {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

inline std::uint64_t pattern_word(std::uint64_t sequence, std::size_t at) {
    return (sequence + at / word_bytes) * 0x9e3779b97f4a7c15;
}

/// Every message has other bytes, determined by its sequence number alone.
inline void fill(std::span<std::byte> bytes, std::uint64_t sequence) {
    for (std::size_t at = 0; at < bytes.size(); at += word_bytes) {
        const std::uint64_t word = pattern_word(sequence, at);
        std::memcpy(bytes.data() + at, &word, std::min(word_bytes, bytes.size() - at));
    }
}

/// FNV-1a over words of 64 bits, the last one filled up with zeros. `copy(word, at, count)` gives the bytes.
template <class Copy>
std::uint64_t checksum_of(std::size_t byte_count, Copy copy) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (std::size_t at = 0; at < byte_count; at += word_bytes) {
        std::uint64_t word = 0;
        copy(&word, at, std::min(word_bytes, byte_count - at));
        sum = (sum ^ word) * 0x100000001b3;
    }
    return sum;
}

inline std::uint64_t checksum(std::span<const std::byte> bytes) {
    return checksum_of(bytes.size(), [&](std::uint64_t* word, std::size_t at, std::size_t count) {
        std::memcpy(word, bytes.data() + at, count);
    });
}

/// The checksum of what fill() writes, without writing it.
inline std::uint64_t expected_checksum(std::size_t byte_count, std::uint64_t sequence) {
    return checksum_of(byte_count, [&](std::uint64_t* word, std::size_t at, std::size_t count) {
        const std::uint64_t whole = pattern_word(sequence, at);
        std::memcpy(word, &whole, count);
    });
}

}  // namespace classic_handshake
