// A condition to sleep on that no death can break: one 32-bit word, no mutex, no count of waiters.
//
// An eventcount with a flag: bit 0 says "somebody may sleep", the other bits count notifications that found it set.
//
//     waiter                                   notifier
//     set bit 0, remember the word (k)         change the state
//     look at the state ---- nothing there     look at bit 0 --- set
//     sleep while the word is still k          clear bit 0, count up; wake everybody
//
// Both sides write first and look second, in one total order (seq_cst), so at least one sees the other.
//
// Invariants: (1) if a waiter sleeps, bit 0 is set or a wake-up is under way; (2) a notification that finds bit 0 clear
//   owes nobody anything and changes nothing; (3) the word never returns to a value that a sleeper remembers (2^31
//   wraps).
// Death: a waiter that dies leaves at most bit 0 behind, which the next notification clears for one needless system
// call.
//   A notifier that dies between its change and its wake-up leaves a sleeper asleep until its tick: every sleep has
//   one.
// Thread safety: any number of threads and processes.
// Why all are woken: one woken waiter may be dead or stopped before it runs, and would swallow the wake-up.
#pragma once

#include <atomic>
#include <cstdint>

#include "platform/futex.hpp"

namespace handoff::sync {

class FutexCondition {
public:
    static constexpr const char* name = "futex";

    /// Returns true as soon as predicate() does, false if it does not by `deadline_ns` (CLOCK_MONOTONIC).
    /// predicate() reads shared words only through SharedWord (or other seq_cst accesses).
    template <class Predicate>
    bool wait_until(std::int64_t deadline_ns, Predicate&& predicate) {
        for (;;) {
            // Pairs with the load in notify_all(): either we see the new state, or the notifier sees our bit.
            const std::uint32_t seen = announce();
            if (predicate()) return true;
            if (!platform::futex_wait(word_, seen, deadline_ns)) return predicate();
        }
    }

    /// For waiting on several conditions at once: says that somebody sleeps, and returns the word to sleep on. Look at
    /// the state after this and before sleeping.
    std::uint32_t announce() noexcept {
        return word_.fetch_or(sleeping, std::memory_order_seq_cst) | sleeping;  // pairs with the load in notify_all()
    }
    const std::atomic<std::uint32_t>& word() const noexcept { return word_; }

    /// Wakes every waiter. Call it after the change of state; costs one load where nobody sleeps.
    void notify_all() noexcept {
        // Pairs with the fetch_or in wait_until().
        std::uint32_t seen = word_.load(std::memory_order_seq_cst);
        if ((seen & sleeping) == 0) return;
        // Pairs with the kernel's comparison in futex_wait: a waiter that set its bit before this change cannot fall
        // asleep.
        while (!word_.compare_exchange_weak(seen, (seen + counting) & ~sleeping, std::memory_order_seq_cst)) {
        }
        if ((seen & sleeping) != 0) platform::futex_wake_all(word_);
    }

private:
    static constexpr std::uint32_t sleeping = 1;
    static constexpr std::uint32_t counting = 2;

    std::atomic<std::uint32_t> word_{0};
};

}  // namespace handoff::sync
