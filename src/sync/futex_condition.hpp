// A condition that no death can break: one 32-bit word, no mutex, no count of waiters.
//
// An eventcount with flags: count:29 | several:1 | fresh:1 | sleeping:1.
//
//     waiter                                          notifier
//     set sleeping and fresh, remember the word (k)   change the state
//     check the state ------ nothing there            check sleeping ----- set
//     sleep while the word is still k                 count up, clear fresh, wake as many as there is work for;
//                                                     if the kernel woke fewer: none sleeps, clear sleeping
//
// Both sides write first and read second, in one total order (seq_cst), so at least one sees the other.
// `fresh` lets every announcement change the word: otherwise one after the notifier's count would leave the word as the
//   notifier left it, and be cleared with `sleeping` although its waiter is about to sleep.
// `several` says that more than one may sleep. Without it a notifier wakes all sleepers and clears all flags at once,
//   so that a lone sleeper costs one system call, and none for a flag that stayed. A hint: either way is correct at any
//   time.
// A waiter that the kernel woke and that leaves without taking passes the wake-up on. A waiter that finds work without
//   having been woken notifies others, because more work may be there (its notifier died, perhaps). With a StopSignal
//   it sleeps on two words and cannot tell which of them woke it: after a stop it does the one or the other in any
//   case.
//
// Invariants: (1) if a waiter sleeps, `sleeping` is set or a wake-up is under way; (2) a notification that finds it not
//   set has no waiter to wake and changes nothing; (3) the word never returns to a value that a sleeper remembers (2^29
//   notifications, each with a system call, within one announcement).
// Death: a waiter that dies asleep leaves at most flags behind, which the next notification clears for one needless
//   system call. One that dies, or is stopped, between its wake-up and its taking leaves its work to the next
//   notification or to the tick of another waiter. So does a notifier that dies between its change and its wake-up:
//   every sleep has a tick.
// Thread safety: any number of threads and processes. Models: models/notify.pml, models/freed.pml.
#pragma once

#include <atomic>
#include <cstdint>

#include "platform/clock.hpp"
#include "platform/futex.hpp"
#include "sync/stop_signal.hpp"

namespace handoff::detail::sync {

class FutexCondition {
public:
    /// The last announcement of a thread on a condition: it shows whether a flag is the thread's own. Only a hint
    /// depends on it.
    struct Announcement {
        const FutexCondition* on = nullptr;
        std::uint32_t word = 0;
    };

    /// Returns true as soon as predicate() does, false if it does not by `deadline_ns` (CLOCK_MONOTONIC).
    /// predicate() reads shared words only through SharedWord (or other seq_cst accesses). If it takes something, it
    /// takes one of at most `work` things that may be there at once. With `stop` it also returns false as soon as a
    /// stop is requested.
    template <class Predicate>
    bool wait_until(std::int64_t deadline_ns, Announcement& last, std::uint32_t work, const StopSignal* stop,
                    Predicate&& predicate) {
        using platform::Awakening;
        for (;;) {
            // Pairs with the loads in notify(): either this waiter sees the new state, or the notifier sees its flag.
            const std::uint32_t seen = announce(last);
            if (predicate()) return true;
            const Awakening end = stop == nullptr
                                      ? platform::futex_wait(word_, seen, deadline_ns)
                                      : platform::futex_wait_either({&word_, seen}, stop->expectation(), deadline_ns);
            // Before the next announcement: a waiter that finds something leaves no flag behind.
            const bool found = predicate();
            const bool stopped = stop != nullptr && stop->requested();
            if (found && (end == Awakening::timed_out || stopped)) notify(work);
            if (found) return true;
            if (end != Awakening::timed_out && !stopped && !is_over(deadline_ns)) continue;
            if (end == Awakening::woken) notify(1);  // without a check: a check is not atomic
            return false;
        }
    }
    template <class Predicate>
    bool wait_until(std::int64_t deadline_ns, Predicate&& predicate) {
        Announcement last;
        return wait_until(deadline_ns, last, UINT32_MAX, nullptr, predicate);
    }

    /// For waits on several conditions at once: announces a sleeper, and returns the word to sleep on. Check the state
    /// after this and before sleeping. Only with notify_all(): the sleep cannot pass a wake-up on.
    std::uint32_t announce() noexcept {
        return word_.fetch_or(sleeping | fresh, std::memory_order_seq_cst) | sleeping | fresh;  // pairs with notify()
    }
    const std::atomic<std::uint32_t>& word() const noexcept { return word_; }

    /// Wakes as many waiters as there is work for, those first that have slept longest. Call it after the change of
    /// state; costs one load if none sleeps.
    void notify(std::uint32_t work) noexcept {
        if (work == 0) return;
        // Pairs with the fetch_or in announce().
        const std::uint32_t seen = word_.load(std::memory_order_seq_cst);
        if ((seen & sleeping) != 0) wake(seen, work);
    }

    /// Wakes every waiter. As notify().
    void notify_all() noexcept {
        const std::uint32_t seen = word_.load(std::memory_order_seq_cst);  // pairs with the fetch_or in announce()
        if ((seen & sleeping) != 0) wake_all(seen);
    }

private:
    static constexpr std::uint32_t sleeping = 1, fresh = 2, several = 4, all_flags = 7, counting = 8;

    [[gnu::noinline]] void wake(std::uint32_t seen, std::uint32_t work) noexcept {
        std::uint32_t left = 0;
        do {
            if ((seen & sleeping) == 0) return;
            left = (seen + counting) & ~((seen & several) != 0 ? fresh : all_flags);
            // Pairs with the kernel's comparison in futex_wait: a waiter that announced itself before this change
            // cannot fall asleep.
        } while (!word_.compare_exchange_weak(seen, left, std::memory_order_seq_cst));
        if ((left & sleeping) == 0) return platform::futex_wake_all(word_);
        if (platform::futex_wake(word_, work) >= work) return;
        // No waiter that announced itself before this change sleeps. One that did so since has changed the word.
        word_.compare_exchange_strong(left, left & ~all_flags, std::memory_order_seq_cst);
    }

    [[gnu::noinline]] void wake_all(std::uint32_t seen) noexcept {
        do {
            if ((seen & sleeping) == 0) return;
            // Pairs with the kernel's comparison in futex_wait, as in wake().
        } while (!word_.compare_exchange_weak(seen, (seen + counting) & ~all_flags, std::memory_order_seq_cst));
        platform::futex_wake_all(word_);
    }

    static bool is_over(std::int64_t deadline_ns) noexcept {
        return deadline_ns != INT64_MAX && platform::now_ns() >= deadline_ns;
    }
    std::uint32_t announce(Announcement& last) noexcept {
        const std::uint32_t before =
            word_.fetch_or(sleeping | fresh, std::memory_order_seq_cst);  // pairs with notify()
        const bool is_mine = last.on == this && last.word == before;
        last = {this, before | sleeping | fresh};
        if ((before & sleeping) != 0 && (before & several) == 0 && !is_mine)
            last.word = word_.fetch_or(all_flags, std::memory_order_seq_cst) | all_flags;  // pairs with notify()
        return last.word;
    }

    std::atomic<std::uint32_t> word_{0};
};

}  // namespace handoff::detail::sync
