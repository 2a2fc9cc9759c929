// The layout of a segment: computed from a few counts and sizes, with every overflow checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "segment/segment_layout.hpp"

namespace handoff::detail::segment {

/// The numbers that determine a segment of some pattern.
struct Blueprint {
    Kind kind{};
    std::uint64_t fingerprint = 0;
    std::uint32_t participant_count = 0;
    std::uint64_t participant_bytes = 0;  ///< of one entry
    std::uint64_t control_bytes = 0;      ///< the pattern's rings and conditions
    std::uint32_t pair_count = 0;         ///< with Sync::boost: a mutex and a condition for each condition
    std::uint64_t pair_bytes = 0;
    std::uint32_t slot_count = 0;
    std::uint64_t slot_header_bytes = 0;  ///< SharedData before its flexible array
    std::uint64_t payload_bytes = 0;
    std::uint64_t reply_bytes = 0;
    std::uint64_t settings = 0;
};

/// The trusted, process-private copy of a segment's shape. Nothing of it is read from the segment again.
struct Geometry {
    std::uint64_t segment_bytes = 0;
    std::uint32_t participant_count = 0;
    std::uint32_t slot_count = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t reply_bytes = 0;
    std::uint64_t participants_offset = 0;
    std::uint64_t control_offset = 0;
    std::uint64_t pairs_offset = 0;
    std::uint32_t pair_count = 0;
    std::uint64_t slots_offset = 0;
    std::uint64_t slot_stride = 0;
    std::uint64_t reply_offset = 0;  ///< of the reply area inside a slot's flexible array
    std::uint64_t settings = 0;
};

/// Computes the geometry of a blueprint. False if the sizes exceed what 63 bits can address.
bool lay_out(const Blueprint& blueprint, Geometry& geometry) noexcept;

/// FNV-1a over numbers (sizes and offsets of every struct in a segment), this machine's byte order and the
/// header's own layout.
std::uint64_t fingerprint_of(std::initializer_list<std::uint64_t> numbers) noexcept;

}  // namespace handoff::detail::segment
