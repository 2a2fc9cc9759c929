// CRC-32 as MCAP has it. zlib's is four times as fast as Boost's, which is what recording large images needs.
#pragma once

#include "mcap/bytes.hpp"

#include <cstdint>

#include <zlib.h>

namespace handoff::apps::mcap {

/// Of these bytes, or of these behind others whose checksum is `before`.
inline std::uint32_t checksum_of(Bytes bytes, std::uint32_t before = 0) noexcept {
    return static_cast<std::uint32_t>(
        ::crc32_z(before, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace handoff::apps::mcap
