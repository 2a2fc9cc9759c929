// The tick: how long a sleep lasts at most, and how often somebody looks after the dead.
#pragma once

#include <atomic>
#include <cstdint>

namespace handoff::detail::sync {

#ifdef HANDOFF_CRASH_POINTS
/// Test builds only: a test that makes the tick very long sees which wake-ups come from a bell.
inline std::atomic<std::int64_t> tick_ns{100'000'000};
#else
inline constexpr std::int64_t tick_ns = 100'000'000;
#endif

}  // namespace handoff::detail::sync
