// Messages that tell whether they are whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace handoff::test {

/// Fills the whole span from one number.
inline void fill(std::span<std::byte> bytes, std::uint64_t id) {
    std::uint64_t state = id * 0x9E3779B97F4A7C15U + 1;
    std::size_t at = 0;
    for (; at + sizeof id <= bytes.size(); at += sizeof id) {
        std::memcpy(bytes.data() + at, at == 0 ? &id : &state, sizeof id);
        state = state * 6364136223846793005U + 1442695040888963407U;
    }
    for (; at < bytes.size(); ++at) bytes[at] = std::byte{0x5a};
}

/// The number that a message was filled from. REQUIRES: at least eight bytes.
inline std::uint64_t id_of(std::span<const std::byte> bytes) {
    std::uint64_t id = 0;
    std::memcpy(&id, bytes.data(), sizeof id);
    return id;
}

/// True if every byte is what fill() wrote.
inline bool is_whole(std::span<const std::byte> bytes) {
    const std::uint64_t id = id_of(bytes);
    std::uint64_t state = id * 0x9E3779B97F4A7C15U + 1;
    std::size_t at = 0;
    for (; at + sizeof id <= bytes.size(); at += sizeof id) {
        if (std::memcmp(bytes.data() + at, at == 0 ? &id : &state, sizeof id) != 0) return false;
        state = state * 6364136223846793005U + 1442695040888963407U;
    }
    for (; at < bytes.size(); ++at)
        if (bytes[at] != std::byte{0x5a}) return false;
    return true;
}

}  // namespace handoff::test
