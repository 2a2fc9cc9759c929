// The tick: the longest sleep, and the time between checks for the dead.
#pragma once

#include <atomic>
#include <cstdint>

namespace handoff::detail::sync {

#ifdef HANDOFF_CRASH_POINTS
/// Test builds only: a test that makes the tick very long sees which wake-ups come from a notification.
inline std::atomic<std::int64_t> tick_ns{100'000'000};
#else
inline constexpr std::int64_t tick_ns = 100'000'000;
#endif

}  // namespace handoff::detail::sync
