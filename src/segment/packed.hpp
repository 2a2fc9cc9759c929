// Sizes and offsets as one number, for the fingerprint of a segment.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace handoff::detail::segment {

/// Up to four numbers below 2^16 as one, the first in the highest bits. Widened before the shift: a std::size_t of a
/// 32-bit machine would lose them.
constexpr std::uint64_t packed(std::initializer_list<std::uint64_t> numbers) noexcept {
    std::uint64_t all = 0;
    for (const std::uint64_t number : numbers) all = all << 16 | number;
    return all;
}

}  // namespace handoff::detail::segment
