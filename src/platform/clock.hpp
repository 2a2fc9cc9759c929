// The clocks that handoff uses. Deadlines and ages are CLOCK_MONOTONIC; nothing depends on the wall clock.
#pragma once

#include <cstdint>

namespace handoff::detail::platform {

inline constexpr std::int64_t ns_per_s = 1'000'000'000;

/// CLOCK_MONOTONIC in nanoseconds: the same clock for all processes of a machine.
std::int64_t now_ns() noexcept;
/// The same clock, exact to a few milliseconds, at a fraction of the cost: for ages that people read.
std::int64_t now_coarse_ns() noexcept;
/// Nanoseconds since 1970, UTC.
std::int64_t wall_clock_ns() noexcept;
/// later - earlier. Values from shared memory may be anything: the difference then wraps around and is never undefined.
constexpr std::int64_t difference_ns(std::int64_t later, std::int64_t earlier) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier));
}
/// Sleeps for that long unless a signal interrupts it. Only for retries while another process is in the middle of
/// something that has no condition to wait for.
void sleep_briefly(std::int64_t duration_ns) noexcept;

}  // namespace handoff::detail::platform
