// The owner of lent slots: the part of a channel or topic that a Loan needs, and the count of all that refer to it.
//
// Thread safety: any thread. Fork: a child's references are its own copies, counted without regard to threads: it has
//   one.
#pragma once

#include <handoff/error.hpp>
#include <handoff/lender_ptr.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "platform/process.hpp"
#include "slot/slots.hpp"
#include "sync/sole_thread.hpp"

namespace handoff::detail::slot {

class Lender {
public:
    Lender() = default;
    Lender(const Lender&) = delete;
    virtual ~Lender() = default;
    /// False in a child of fork, and if the segment was truncated.
    virtual bool is_usable() const noexcept = 0;
    virtual bool was_cut_short() const noexcept = 0;
    /// The name of the segment, for messages.
    virtual const std::string& name() const noexcept = 0;
    /// Takes back a slot that was not sent.
    virtual void take_back(const Held& loan) noexcept = 0;

    /// Who uses it: counts of its own that are changed under a Use may be changed plain.
    sync::SoleThread& sole_thread() noexcept { return sole_thread_; }

    /// `self` is this: it lives until the last LenderPtr is gone, and others may share it beyond that. Called once,
    /// before the first LenderPtr.
    void lend_itself(std::shared_ptr<Lender> self) noexcept { self_ = std::move(self); }
    /// REQUIRES: a LenderPtr exists
    const std::shared_ptr<Lender>& self() const noexcept { return self_; }
    void hold() noexcept {
        if (is_inherited()) return count_on(1, true);
        const sync::SoleThread::Use use(sole_thread_);
        count_on(1, use.alone());
    }
    void let_go() noexcept {
        if (was_the_last()) std::exchange(self_, nullptr).reset();  // may destroy this
    }
    /// Counts so many on, or one off if it is not the last, within a Use of sole_thread() that says `alone`.
    void hold(std::uint64_t count, bool alone) noexcept { count_on(count, alone); }
    void let_go(bool alone) noexcept { count_off(alone); }

private:
    bool is_inherited() const noexcept { return fork_generation_ != platform::fork_generation(); }
    bool was_the_last() noexcept {
        if (is_inherited()) return count_off(true) == 0;
        const sync::SoleThread::Use use(sole_thread_);
        return count_off(use.alone()) == 0;
    }
    void count_on(std::uint64_t count, bool alone) noexcept {
        // Relaxed: whoever counts on has a reference.
        if (!alone) return (void)references_.fetch_add(count, std::memory_order_relaxed);
        references_.store(references_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    /// Returns how many are left.
    std::uint64_t count_off(bool alone) noexcept {
        // Pairs with itself: the last one sees what the others did.
        if (!alone) return references_.fetch_sub(1, std::memory_order_acq_rel) - 1;
        const std::uint64_t left = references_.load(std::memory_order_relaxed) - 1;
        references_.store(left, std::memory_order_relaxed);
        return left;
    }

    const std::uint32_t fork_generation_ = platform::fork_generation();
    sync::SoleThread sole_thread_;
    std::atomic<std::uint64_t> references_{0};
    std::shared_ptr<Lender> self_;
};

/// The first reference to a new lender.
template <class T>
LenderPtr<T> lend(std::shared_ptr<T> lender) noexcept {
    T& lent = *lender;
    lent.lend_itself(std::move(lender));
    return LenderPtr<T>(lent);
}

/// The error of every call on a handle that was moved from, is finished, or was inherited through fork, or whose
/// segment was truncated. `lender`: null if there is none any more.
Failure unusable(const Lender* lender = nullptr);

/// The error of a wait that found nothing because nothing can come any more: the segment has lost its name.
Failure removed(const std::string& name);

}  // namespace handoff::detail::slot
