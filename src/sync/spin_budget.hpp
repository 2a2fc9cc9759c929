// How long a waiter spins before it sleeps.
//
// Spinning pays off if the other side runs on another core and answers soon. Neither can be known beforehand (both may
// be pinned to one core), so it is learned: a spin in vain halves the next ones, a successful one restores them, and
// now and then one is long again, to detect a change.
//
// Thread safety: any number of threads; they learn together. It belongs to one process.
#pragma once

#include <handoff/wait.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "platform/cpu.hpp"

namespace handoff::detail::sync {

class SpinBudget {
public:
    explicit SpinBudget(WaitPolicy policy) noexcept : policy_(policy) {}

    WaitPolicy policy() const noexcept { return policy_; }

    /// The budget of this wait; INT64_MAX: unlimited.
    std::int64_t now_ns() noexcept {
        if (policy_ == WaitPolicy::busy) return INT64_MAX;
        if (policy_ == WaitPolicy::sleep || platform::cores() == 1) return 0;
        const int in_vain = in_vain_.load(std::memory_order_relaxed);
        if (in_vain <= forgiven || waits_.fetch_add(1, std::memory_order_relaxed) % try_again == 0) return longest_ns;
        return longest_ns >> std::min(in_vain - forgiven, most_halvings);
    }
    /// Records whether the spin succeeded. Returns the same.
    bool learn(bool paid_off) noexcept {
        const int in_vain = in_vain_.load(std::memory_order_relaxed);
        const int next = paid_off ? 0 : std::min(in_vain + 1, forgiven + most_halvings);
        if (next != in_vain) in_vain_.store(next, std::memory_order_relaxed);
        return paid_off;
    }

private:
    static constexpr std::int64_t longest_ns = 40'000;  // about what a sleep and a wake-up cost together
    static constexpr int forgiven = 4;
    static constexpr int most_halvings = 7;
    static constexpr std::uint32_t try_again = 16;

    WaitPolicy policy_;
    std::atomic<int> in_vain_{0};
    std::atomic<std::uint32_t> waits_{0};
};

}  // namespace handoff::detail::sync
