// How wide a counter inside a shared word is.
#pragma once

namespace handoff::detail::sync {

/// `bits`, but in test builds (HANDOFF_NARROW_COUNTERS) as few as that says, so that the counter wraps all the time.
constexpr int counter_bits(int bits) noexcept {
#ifdef HANDOFF_NARROW_COUNTERS
    return bits < HANDOFF_NARROW_COUNTERS ? bits : HANDOFF_NARROW_COUNTERS;
#else
    return bits;
#endif
}

}  // namespace handoff::detail::sync
