// Waiting: check, spin for a bounded time, sleep; and at every tick recover the dead.
//
// Why the tick: a process may die between its change of state and its wake-up, or holding what another one waits for.
// No sleep is longer than a tick (in a crowd, a few: participants::LookSchedule), and after each one the caller checks
// for messages and for the dead.
#pragma once

#include <handoff/wait.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "platform/clock.hpp"
#include "platform/cpu.hpp"
#include "sync/condition.hpp"
#include "sync/spin_budget.hpp"
#include "sync/stop_signal.hpp"
#include "sync/tick.hpp"

namespace handoff::detail::sync {

/// How a waiter polls while it spins. Each read of a word that another core is about to write takes its cache line
/// away, and that core's next write waits until it has the line back.
enum class PollRate : std::uint8_t {
    eager,  ///< poll all the time: the writer waits for this waiter
    calm,   ///< poll once a microsecond at first: the writer has more to write, and it may accumulate meanwhile
};

/// The core of the spinning thread.
enum class Core : std::uint8_t {
    ours,    ///< WaitPolicy::busy: reserved for this thread
    shared,  ///< the other side may be waiting for it: it is yielded every few microseconds
};

/// Spins until fast_check() is true, or `until_ns` has passed. fast_check() may miss what predicate() sees, which is
/// called now and then, with the clock.
template <class Predicate, class FastCheck>
bool spin_until(std::int64_t until_ns, PollRate poll_rate, Core core, Predicate&& predicate, FastCheck&& fast_check) {
    constexpr int looks_per_clock = 32;
    int pauses = poll_rate == PollRate::calm ? platform::pauses_in_a_microsecond() : 1;
    const int yield_after = 3 * platform::pauses_in_a_microsecond();
    int paused = 0;
    for (;; pauses = 1) {
        for (int look = 0; look < looks_per_clock; ++look) {
            if (fast_check()) return true;
            for (int i = 0; i < pauses; ++i) platform::cpu_pause();
            if (pauses > 1 && platform::now_ns() >= until_ns) return predicate();  // a budget may be less than a round
            if (core == Core::ours || (paused += pauses) < yield_after) continue;
            platform::yield_core();
            paused = 0;
        }
        if (predicate()) return true;
        if (platform::now_ns() >= until_ns) return predicate();
    }
}
template <class Predicate>
bool spin_until(std::int64_t until_ns, Predicate&& predicate) {
    return spin_until(until_ns, PollRate::eager, Core::shared, predicate, predicate);
}

/// For waiters that cannot write to a condition: checks, spins as the policy says, then polls once a millisecond.
template <class Predicate>
bool poll_until(SpinBudget& budget, const Wait& wait, Predicate&& predicate) {
    constexpr std::int64_t pause_ns = 1'000'000;
    if (wait.stop_requested()) return false;
    if (predicate()) return true;
    const std::int64_t deadline_ns = wait.deadline().at_ns();
    std::int64_t now_ns = platform::now_ns();
    const std::int64_t spin_ns = budget.now_ns();
    const std::int64_t spin_end_ns = spin_ns < deadline_ns - now_ns ? now_ns + spin_ns : deadline_ns;
    bool stopped = false;
    const auto done = [&] { return predicate() || (stopped = wait.stop_requested()); };
    if (spin_ns > 0 && now_ns < deadline_ns && budget.learn(spin_until(spin_end_ns, done) && !stopped)) return true;
    while ((now_ns = platform::now_ns()) < deadline_ns && !wait.stop_requested()) {
        platform::sleep_briefly(std::min(pause_ns, deadline_ns - now_ns));
        if (predicate()) return true;
    }
    return false;
}

/// How a waiter sleeps beside other waiters.
struct Manner {
    PollRate poll_rate = PollRate::eager;
    /// How many things may be available to waiters at once, one for each; see Condition::notify().
    std::uint32_t work = UINT32_MAX;
};

/// Waits until predicate() is true (returns true), or the deadline has passed or a stop is requested (returns false;
/// the stop wins: then predicate() is not called at the beginning). on_tick() is called after each sleep of interval()
/// nanoseconds; the next check sees its changes. predicate() may act (take a slot, say): it is not called again after
/// it returned true. fast_check() is the same, but may miss something; it is called while spinning.
template <class AnyCondition, class Predicate, class FastCheck, class Interval, class OnTick>
bool wait_until(AnyCondition& condition, SpinBudget& budget, const Wait& wait, Manner manner, Predicate&& predicate,
                FastCheck&& fast_check, Interval&& interval, OnTick&& on_tick) {
    static thread_local FutexCondition::Announcement last;  // a thread sleeps on one condition at a time
    if (wait.stop_requested()) return false;
    if (fast_check()) return true;
    const std::int64_t start_ns = platform::now_ns();
    const std::int64_t deadline_ns = wait.deadline().at_ns();
    if (start_ns >= deadline_ns) return predicate();
    const std::int64_t spin_ns = budget.now_ns();
    const Core core = spin_ns == INT64_MAX ? Core::ours : Core::shared;
    bool stopped = false;
    const auto done = [&] { return predicate() || (stopped = wait.stop_requested()); };
    const auto spin = [&](std::int64_t until_ns) {
        return spin_until(until_ns, manner.poll_rate, core, done, fast_check) && !stopped;
    };
    if (spin_ns != INT64_MAX && spin_ns > 0 && budget.learn(spin(std::min(deadline_ns, start_ns + spin_ns))))
        return true;
    std::optional<StopSignal> stop;
    if (wait.stop().stop_possible()) stop.emplace(wait.stop());
    const StopSignal* const signal = stop ? &*stop : nullptr;
    for (;;) {
        const std::int64_t tick_end_ns = std::min(deadline_ns, platform::now_ns() + interval());
        const bool ready = spin_ns == INT64_MAX
                               ? spin(tick_end_ns)
                               : condition.wait_until(tick_end_ns, last, manner.work, signal, predicate);
        if (ready) return true;
        on_tick();
        if (wait.stop_requested() || platform::now_ns() >= deadline_ns) return predicate();
    }
}

template <class AnyCondition, class Predicate, class OnTick>
bool wait_until(AnyCondition& condition, WaitPolicy policy, const Wait& wait, Predicate&& predicate, OnTick&& on_tick) {
    SpinBudget budget(policy);
    return wait_until(
        condition, budget, wait, Manner(), predicate, predicate, []() -> std::int64_t { return tick_ns; }, on_tick);
}

}  // namespace handoff::detail::sync
