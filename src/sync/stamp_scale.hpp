// What turns the cycle counter into a time, in the header of a segment. Only a struct.
#pragma once

#include <atomic>
#include <cstdint>

namespace handoff::detail::sync {

/// Invariants: none to rely on; see StampClock. 0: not known yet.
struct StampScale {
    std::atomic<std::uint64_t> ns_per_cycle{0};  ///< times 2^32
    std::atomic<std::int64_t> offset_ns{0};
};

}  // namespace handoff::detail::sync
