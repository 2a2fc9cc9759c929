// The kernel's sleep on one shared 32-bit word. Not private: the word lies in memory that several processes map.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace handoff::platform {

/// Sleeps while `word` holds `expected`, until woken, interrupted, or `deadline_ns` (CLOCK_MONOTONIC; INT64_MAX: none).
/// Returns false only if the deadline passed. May return true for no reason: look at the state again.
bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t deadline_ns) noexcept;
/// A word, and what it must hold for the sleep to begin.
struct FutexExpectation {
    const std::atomic<std::uint32_t>* word;
    std::uint32_t expected;
};
/// Sleeps while all words hold what is expected, until one is woken or the deadline passes. False, at once, if the
/// kernel cannot (before 5.16, or forbidden in a container) or there are more than 128: look again after a while
/// instead.
bool futex_wait_any(const std::vector<FutexExpectation>& words, std::int64_t deadline_ns) noexcept;
/// Wakes every sleeper on `word`. Waking one is not enough: it may be dead or stopped, and would swallow the wake-up.
void futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept;

}  // namespace handoff::platform
