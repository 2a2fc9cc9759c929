// Lets the thread that alone uses a handle change plain what otherwise needs locked instructions.
//
// Most handles are used by one thread only, in processes that have others. The first thread that uses one owns it, and
// adds to its counters with a load and a store. When a second thread comes, that ends once and for ever: all use locked
// instructions from then on.
//
//     owner                                   second thread
//     busy = true                             owner = revoking
//     (no fence)                              barrier in all threads (membarrier)
//     owner is still me? plain : locked       wait until busy is false
//     busy = false
//
// The barrier stands for the fence that the owner does not execute: either it sees that it was revoked, or the second
// thread sees it busy. Where there is no such barrier, nobody owns anything. Algorithm: lock reservation, Kawachiya,
// Koseki, Onodera, OOPSLA 2002; with the asymmetric fence of Dice, Huang, Yang, "Asymmetric Dekker synchronization",
// 2001.
//
// Thread safety: any number of threads of one process. In the memory of that process: never in a segment.
// Fork: a child must not use it, except to destroy what it protects.
// Invariants: (1) plain changes happen only while `busy`, by the thread in `owner`; (2) `owner` becomes `everybody`
//   only when no plain change can begin any more.
#pragma once

#include <atomic>
#include <cstdint>

#include "platform/cpu.hpp"
#include "platform/process_barrier.hpp"

namespace handoff::detail::sync {

class SoleThread {
public:
    SoleThread() noexcept : owner_(platform::has_process_barrier() ? unknown : everybody) {}
    SoleThread(const SoleThread&) = delete;

    /// One use: while it lives, alone() says whether this thread may change plain what the SoleThread protects. Short,
    /// without a system call, and not within another one.
    class Use {
    public:
        [[gnu::always_inline]] explicit Use(SoleThread& of) noexcept : of_(of), alone_(of.enter()) {}
        Use(const Use&) = delete;
        ~Use() {
            if (alone_) of_.busy_.store(false, std::memory_order_release);  // pairs with the load in revoke()
        }
        bool alone() const noexcept { return alone_; }

    private:
        SoleThread& of_;
        const bool alone_;
    };

private:
    using Thread = std::uintptr_t;  // an address of its own, given to another one after its end only
    static constexpr Thread unknown = 0, revoking = 1, everybody = 2;

    static Thread me() noexcept {
#if __has_builtin(__builtin_thread_pointer)
        return reinterpret_cast<Thread>(__builtin_thread_pointer());
#else
        static thread_local const char here = 0;
        return reinterpret_cast<Thread>(&here);
#endif
    }

    [[gnu::always_inline]] bool enter() noexcept {
        return owner_.load(std::memory_order_relaxed) == me() ? enter_as_owner() : enter_as_another();
    }
    [[gnu::always_inline]] bool enter_as_owner() noexcept {
        busy_.store(true, std::memory_order_relaxed);
        // Pairs with process_barrier() in revoke(), which makes it a full fence.
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (owner_.load(std::memory_order_relaxed) == me()) return true;
        busy_.store(false, std::memory_order_release);  // pairs with the load in revoke()
        return enter_as_another();
    }
    [[gnu::noinline]] bool enter_as_another() noexcept {
        Thread owner = owner_.load(std::memory_order_acquire);  // pairs with the store in revoke()
        if (owner == everybody) return false;
        if (owner == unknown && owner_.compare_exchange_strong(owner, me(), std::memory_order_relaxed))
            return enter_as_owner();
        revoke();
        return false;
    }
    void revoke() noexcept {
        owner_.store(revoking, std::memory_order_relaxed);
        platform::process_barrier();  // pairs with the signal fence in enter()
        // Pairs with the stores of the owner: what it changed plain is visible from here on.
        while (busy_.load(std::memory_order_acquire)) platform::yield_core();
        owner_.store(everybody, std::memory_order_release);  // pairs with the load in enter_as_another()
    }

    std::atomic<Thread> owner_;
    std::atomic<bool> busy_{false};
};

}  // namespace handoff::detail::sync
