// The interface of a pattern for wait_any() and for event loops.
#pragma once

#include <handoff/wait_any.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "sync/futex_condition.hpp"
#include "sync/readiness.hpp"

namespace handoff::detail::sync {

/// Thread safety: all members may be called by several threads.
class WaitSource {
public:
    WaitSource() = default;
    WaitSource(const WaitSource&) = delete;
    virtual ~WaitSource() = default;

    /// For the waitable() of a handle.
    static Waitable waitable(std::shared_ptr<WaitSource> source) noexcept { return Waitable(std::move(source)); }

    /// False in a child of fork.
    virtual bool can_be_waited_for() const noexcept = 0;
    /// Checks without taking: a message, the end of the stream, or that nothing can come any more.
    virtual bool has_something() noexcept = 0;
    /// All sleepers on it are woken when that may have changed; null if this process cannot write to it, or with
    /// Sync::boost: then it is polled.
    virtual FutexCondition* condition() noexcept = 0;
    /// The longest sleep on it before tick(). Only of those that have one.
    virtual std::int64_t interval_ns() const noexcept = 0;
    /// Recovers the dead, if no participant has checked for a tick. True if there were any.
    virtual bool tick(std::int64_t now_ns) noexcept = 0;

    /// A descriptor that is readable while has_something(). Made on first use. Throws Error.
    int descriptor();
    /// Call after each attempt to take something: the descriptor may have to become unreadable. Costs one load if there
    /// is no descriptor.
    void was_taken_from() noexcept {
        // Pairs with descriptor().
        if (ReadinessFd* const readiness = readiness_.load(std::memory_order_acquire)) readiness->rearm();
    }

protected:
    /// Call first thing in the destructor of the class that implements has_something().
    void close_descriptor() noexcept;

private:
    std::mutex making_;
    std::unique_ptr<ReadinessFd> owner_;
    std::atomic<ReadinessFd*> readiness_{nullptr};
};

}  // namespace handoff::detail::sync
