// The width of counters inside shared words.
#pragma once

namespace handoff::detail::sync {

/// `bits`; in test builds at most HANDOFF_NARROW_COUNTERS, so that the counter wraps all the time.
constexpr int counter_bits(int bits) noexcept {
#ifdef HANDOFF_NARROW_COUNTERS
    return bits < HANDOFF_NARROW_COUNTERS ? bits : HANDOFF_NARROW_COUNTERS;
#else
    return bits;
#endif
}

}  // namespace handoff::detail::sync
