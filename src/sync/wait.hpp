// Waiting: look, spin for a bounded time, sleep; and at every tick look after the dead.
//
// Why the tick: a process may die between its change of state and its wake-up, or holding what we wait for. No sleep is
// longer than a tick, and after each one the caller looks for messages and for the dead.
#pragma once

#include <handoff/wait.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "platform/clock.hpp"
#include "platform/cpu.hpp"
#include "sync/condition.hpp"

namespace handoff::sync {

#ifdef HANDOFF_CRASH_POINTS
/// Test builds only: a test that makes the tick very long sees which wake-ups come from a bell.
inline std::atomic<std::int64_t> tick_ns{100'000'000};
#else
inline constexpr std::int64_t tick_ns = 100'000'000;
#endif

/// How long a waiter spins before it sleeps.
inline std::int64_t spin_budget_ns(WaitPolicy policy) noexcept {
    constexpr std::int64_t balanced_ns = 30'000;  // about what a sleep and a wake-up cost together
    switch (policy) {
        case WaitPolicy::busy:
            return INT64_MAX;
        case WaitPolicy::balanced:
            return platform::usable_cores() > 1 ? balanced_ns : 0;
        case WaitPolicy::sleep:
            return 0;
    }
    return 0;
}

/// Spins until predicate() is true or `until_ns` has passed. Looks at the clock once in a while only.
template <class Predicate>
bool spin_until(std::int64_t until_ns, Predicate&& predicate) {
    constexpr int looks_per_clock = 32;
    for (;;) {
        for (int look = 0; look < looks_per_clock; ++look) {
            if (predicate()) return true;
            platform::relax();
        }
        if (platform::now_ns() >= until_ns) return predicate();
    }
}

/// For those who cannot write to a condition: looks, spins as the policy says, then looks once a millisecond.
template <class Predicate>
bool poll_until(WaitPolicy policy, Deadline deadline, Predicate&& predicate) {
    constexpr std::int64_t pause_ns = 1'000'000;
    if (predicate()) return true;
    const std::int64_t deadline_ns = deadline.at_ns();
    std::int64_t now_ns = platform::now_ns();
    const std::int64_t spin_ns = spin_budget_ns(policy);
    const std::int64_t spin_end_ns = spin_ns < deadline_ns - now_ns ? now_ns + spin_ns : deadline_ns;
    if (spin_ns > 0 && now_ns < deadline_ns && spin_until(spin_end_ns, predicate)) return true;
    while ((now_ns = platform::now_ns()) < deadline_ns) {
        platform::sleep_briefly(std::min(pause_ns, deadline_ns - now_ns));
        if (predicate()) return true;
    }
    return false;
}

/// Waits until predicate() is true (returns true) or the deadline has passed (returns false). on_tick() is called every
/// 100 ms while waiting; what it changes is seen by the next look. predicate() may act (take a slot, say): it is not
/// called again after it returned true.
template <class Predicate, class OnTick>
bool wait_until(Condition& condition, WaitPolicy policy, Deadline deadline, Predicate&& predicate, OnTick&& on_tick) {
    if (predicate()) return true;
    const std::int64_t start_ns = platform::now_ns();
    const std::int64_t deadline_ns = deadline.at_ns();
    if (start_ns >= deadline_ns) return false;
    const std::int64_t spin_ns = spin_budget_ns(policy);
    if (spin_ns != INT64_MAX && spin_ns > 0 && spin_until(std::min(deadline_ns, start_ns + spin_ns), predicate))
        return true;
    for (;;) {
        const std::int64_t tick_end_ns = std::min(deadline_ns, platform::now_ns() + tick_ns);
        const bool ready =
            spin_ns == INT64_MAX ? spin_until(tick_end_ns, predicate) : condition.wait_until(tick_end_ns, predicate);
        if (ready) return true;
        on_tick();
        if (platform::now_ns() >= deadline_ns) return predicate();
    }
}

}  // namespace handoff::sync
