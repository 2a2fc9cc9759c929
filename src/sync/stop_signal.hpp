// Lets a std::stop_token wake a thread that sleeps on a condition: a word of its own, beside the condition's.
//
// On the stack of the waiting thread; one per wait. request_stop() calls back in the thread that stops.
// Lost wake-ups: the callback changes the word before it wakes, and the kernel compares it with 0 before it sleeps.
// Death: nothing of it is shared. A thread that leaves its sleep because of a stop may have been woken by a notifier,
//   too: it passes that on (FutexCondition::wait_until, models/notify.pml with STOP_TOKEN).
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>

#include "platform/futex.hpp"

namespace handoff::detail::sync {

class StopSignal {
public:
    explicit StopSignal(const std::stop_token& token) : callback_(token, Callback{word_}) {}
    StopSignal(const StopSignal&) = delete;

    bool requested() const noexcept { return word_.load(std::memory_order_acquire) != 0; }  // pairs with Callback
    /// Its word and value, for a sleep on several words.
    platform::FutexExpectation expectation() const noexcept { return {&word_, 0}; }

private:
    struct Callback {
        std::atomic<std::uint32_t>& word;
        void operator()() const noexcept {
            word.store(1, std::memory_order_release);  // pairs with requested(), and with the kernel's comparison
            platform::futex_wake_all(word);
        }
    };

    std::atomic<std::uint32_t> word_{0};
    std::stop_callback<Callback> callback_;  // after the word: it may call at once
};

}  // namespace handoff::detail::sync
