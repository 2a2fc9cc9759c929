// One handle's attachment to a segment, for all patterns: mapped, joined, and given back when the handle is destroyed.
//
// Thread safety: all members but constructor, join() and leave() may be called by several threads.
// Death: the kernel drops the life byte; the next participant that checks recovers what was held (Registry).
// Fork: unusable in the child; no call there touches the segment.
#pragma once

#include <handoff/error.hpp>
#include <handoff/wait.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <new>
#include <string>

#include "participants/look_schedule.hpp"
#include "participants/registry.hpp"
#include "platform/clock.hpp"
#include "platform/process.hpp"
#include "segment/segment.hpp"
#include "sync/stamp_clock.hpp"
#include "sync/wait.hpp"

namespace handoff::detail::participants {

class Attachment {
public:
    Attachment(segment::Segment segment, WaitPolicy policy, RecoveryHandler& handler) noexcept
        : segment_(std::move(segment)),
          registry_(table(), segment_.geometry().participant_count, segment_.locks(), handler),
          schedule_(segment_.looked(), segment_.crowd()),
          stamps_(segment_.stamps()),
          budget_(policy),
          fork_generation_(platform::fork_generation()),
          cut_short_(segment_.cut_short()) {}
    Attachment(const Attachment&) = delete;

    /// Recovers the dead; of many that join at once, one does so in a tick. Throws Error: too_many_participants,
    /// system.
    void join(Role role) {
        const bool look = schedule_.claim_to_join(platform::now_ns());
        registry_.join(role, look);
        if (look) schedule_.set_crowd(registry_.active());
    }
    /// Gives everything back, leaves, and removes the name if this was the last one and `disposable()` agrees.
    void leave(const std::function<bool()>& disposable) {
        registry_.leave();
        segment_.leave(disposable);
    }

    /// See Segment. Before any other thread knows this.
    void add_read_only_mapping(bool prefault) { segment_.add_read_only_mapping(prefault); }

    /// False in a child of fork.
    bool is_of_this_process() const noexcept { return fork_generation_ == platform::fork_generation(); }
    bool was_cut_short() const noexcept { return cut_short_.load(std::memory_order_relaxed); }
    /// Checks once in a tick at most. No new participant can come: a wait that found nothing ends.
    bool was_removed() noexcept {
        const std::int64_t now_ns = platform::now_coarse_ns();
        if (now_ns >= name_due_ns_.load(std::memory_order_relaxed)) {
            name_due_ns_.store(now_ns + sync::tick_ns, std::memory_order_relaxed);
            if (segment_.was_removed()) removed_.store(true, std::memory_order_relaxed);
        }
        return removed_.load(std::memory_order_relaxed);
    }
    /// Checked first by every call of a user.
    [[gnu::always_inline]] bool is_usable() const noexcept { return is_of_this_process() && !was_cut_short(); }

    const segment::Segment& segment() const noexcept { return segment_; }
    const segment::Geometry& geometry() const noexcept { return segment_.geometry(); }
    const std::string& name() const noexcept { return segment_.name(); }
    std::byte* base() const noexcept { return segment_.base(); }
    /// The pattern's data at its control offset.
    template <class Control>
    Control& control() const noexcept {
        return *std::launder(reinterpret_cast<Control*>(segment_.base() + segment_.geometry().control_offset));
    }
    /// A condition of the segment as this handle reaches it; `pair`: the pattern's index of its pair.
    sync::Condition condition(sync::FutexCondition& word, std::uint32_t pair) const noexcept {
        return pairs().at(word, pair);
    }
    sync::Pairs pairs() const noexcept { return {segment_.base() + geometry().pairs_offset, geometry().pair_count}; }
    const Registry& registry() const noexcept { return registry_; }
    ParticipantEntry& my_entry() const noexcept { return registry_.my_entry(); }
    /// For time stamps; not of a read-only handle.
    sync::StampClock<>& stamps() noexcept { return stamps_; }
    sync::SpinBudget& spin_budget() noexcept { return budget_; }

    /// Recovers the dead; true if there were any.
    bool reap() noexcept {
        const bool found = registry_.reap();
        schedule_.set_crowd(registry_.active());
        return found;
    }
    /// reap(), if no participant has done it for a tick. Every call that passes a message on does this, with the time
    /// that it knows anyway: a call that succeeds at once must notice the dead, too.
    bool look_if_due(std::int64_t now_ns) noexcept { return schedule_.claim(now_ns) && reap(); }
    bool look_if_due() noexcept { return look_if_due(platform::now_coarse_ns()); }
    /// Waits on one of the segment's conditions. False: the deadline passed, a stop was requested, or the segment was
    /// cut short or removed. Recovers the dead at every tick, and at the end of a wait in vain; a caller that succeeds
    /// calls look_if_due() itself.
    template <class Predicate>
    bool wait(const sync::Condition& condition, const Wait& until, Predicate&& predicate) {
        return wait(condition, until, sync::Manner(), predicate, predicate);
    }
    /// The same in another manner, with a cheaper fast_check() while it spins.
    template <class Predicate, class FastCheck>
    bool wait(const sync::Condition& condition, const Wait& until, sync::Manner manner, Predicate&& predicate,
              FastCheck&& fast_check) {
        bool over = false;  // nothing can come any more
        const auto done = [&] { return predicate() || (over = was_cut_short() || was_removed()); };
        const bool found = sync::wait_until(
                               condition, budget_, until, manner, done, fast_check, [this] { return interval_ns(); },
                               [this] { look_if_due(platform::now_ns()); }) ||
                           (look_if_due() && predicate());
        if (over) condition.notify(1);  // pass on a wake-up that this waiter may have got
        return found && !over && !was_cut_short();
    }
    /// The longest sleep before the next check for the dead.
    std::int64_t interval_ns() const noexcept { return schedule_.interval_ns(registry_.me()); }

private:
    ParticipantEntry* table() const noexcept {
        return std::launder(
            reinterpret_cast<ParticipantEntry*>(segment_.base() + segment_.geometry().participants_offset));
    }

    segment::Segment segment_;
    Registry registry_;
    LookSchedule schedule_;
    sync::StampClock<> stamps_;
    sync::SpinBudget budget_;
    const std::uint32_t fork_generation_;
    const std::atomic<bool>& cut_short_;  ///< the segment's: one load for each call of a user
    std::atomic<std::int64_t> name_due_ns_{0};
    std::atomic<bool> removed_{false};
};

}  // namespace handoff::detail::participants
