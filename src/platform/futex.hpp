// The kernel's sleep on one shared 32-bit word. Not private: the word is in memory that several processes map.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

namespace handoff::detail::platform {

/// A word, and the value it must hold for the sleep to begin.
struct FutexExpectation {
    const std::atomic<std::uint32_t>* word;
    std::uint32_t expected;
};

/// How a sleep ended.
enum class Awakening : std::uint8_t {
    woken,      ///< this thread got a wake-up: if it cannot use it, it passes it on
    disturbed,  ///< the word had another value, or a signal came: no wake-up was used
    timed_out,
};

/// Sleeps while `word` holds `expected`, until woken, interrupted, or `deadline_ns` (CLOCK_MONOTONIC; INT64_MAX: none).
/// Check the state again, and the clock: the kernel compares the word before it checks the deadline.
Awakening futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t deadline_ns) noexcept;
/// Sleeps while both hold what is expected, as futex_wait() on the first: returns `woken` also when the second one was
/// woken, since the kernel cannot tell whether the first was. If it cannot sleep on two words, this sleeps on the
/// first alone, a millisecond at most, and returns `disturbed`.
Awakening futex_wait_either(const FutexExpectation& first, const FutexExpectation& second,
                            std::int64_t deadline_ns) noexcept;
/// Sleeps while all words hold what is expected, until one is woken or the deadline passes. False, at once, if the
/// kernel cannot (before 5.16, or forbidden in a container) or there are more than 128: poll instead.
bool futex_wait_any(std::span<const FutexExpectation> words, std::int64_t deadline_ns) noexcept;
/// Wakes the `most` that have slept longest on `word`, or fewer if there are not as many. Returns how many it woke.
/// REQUIRES: most > 0 (the kernel would wake one for 0)
std::uint32_t futex_wake(const std::atomic<std::uint32_t>& word, std::uint32_t most) noexcept;
/// Wakes every sleeper on `word`.
void futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept;

}  // namespace handoff::detail::platform
