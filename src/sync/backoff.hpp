// When to check for an answer: not before it can be there.
//
// A read of the word that the other side is about to write takes its cache line away, in the middle of that side's
// work. So a waiter learns how long an answer takes, and leaves the line alone for that long.
//
// Algorithm: the quiet time grows by one cpu_pause() if the answer was not there at the first check, and shrinks by one
// if it was; so it settles where half of the first checks succeed. An answer that takes longer than two microseconds
// halves it.
// Thread safety: any number of threads; they share one quiet time. It belongs to one process.
#pragma once

#include <algorithm>
#include <atomic>

#include "platform/cpu.hpp"

namespace handoff::detail::sync {

class Backoff {
public:
    /// Waits for two microseconds at most. True if predicate() was true.
    template <class Predicate>
    bool wait(Predicate&& predicate) {
        const int most = platform::pauses_in_a_microsecond();
        const int quiet = quiet_.load(std::memory_order_relaxed);
        for (int i = 0; i < quiet; ++i) platform::cpu_pause();
        if (predicate()) return learn(std::max(quiet - 1, 0));
        for (int look = 1; look <= most; ++look) {
            platform::cpu_pause();
            if (predicate()) return learn(std::min(quiet + 1 + look / 4, most));
        }
        learn(quiet / 2);
        return false;
    }

private:
    bool learn(int quiet) noexcept {
        quiet_.store(quiet, std::memory_order_relaxed);
        return true;
    }

    std::atomic<int> quiet_{0};
};

}  // namespace handoff::detail::sync
