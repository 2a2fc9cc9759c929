// The slot protocol of the channel: every change of a slot's owner, and the recovery of a dead owner's slots.
//
//   FREE --loan--> LOANED --commit--> READY --take--> TAKEN --answer--> PROCESSED | FAILED --release--> FREE
//                    |                  | ^              |
//                    return_loan   withdraw `-give_back--'--(too often)--> GIVEN_UP --release--> FREE
//
// An answer that is not awaited frees the slot at once. Nothing here waits; each change of state notifies its
// condition. Argument and races by name: docs/design/slot-protocol.md.
//
// Thread safety: any number of threads and processes; a held slot belongs to one thread.
// Death: at every point the slot's word names the owner; recover(owner) moves it on, and may itself be interrupted by a
//   death and repeated.
#pragma once

#include <handoff/error.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "participants/registry.hpp"
#include "queue/free_map.hpp"
#include "queue/queue_layout.hpp"
#include "queue/ring.hpp"
#include "slot/slots.hpp"

namespace handoff::detail::queue {

using slot::Held;

/// The state of a request when its sender stops waiting.
enum class Withdrawal : std::uint8_t {
    taken_back,        ///< no receiver held it; the slot is free
    left_to_receiver,  ///< a receiver holds it; its answer is no longer awaited
    answered,          ///< it has its answer; nothing was changed
    lost,              ///< the slot is not ours; another process wrote into the segment
};

/// Of a step of the protocol.
enum class Outcome : std::uint8_t {
    ok,
    not_yet,         ///< there is no answer
    ownership_lost,  ///< the slot is not ours; another process wrote into the segment
    damaged,         ///< the ring contradicts itself
};
/// REQUIRES: ownership_lost or damaged
Failure failure_of(Outcome outcome);

/// Whether to wake waiters at once, or to leave it to the caller after several changes.
enum class Notify : std::uint8_t { now, later };

class SlotProtocol {
public:
    /// REQUIRES: the ring's cells are followed by the words of a FreeMap of all slots.
    SlotProtocol(ChannelControl& control, const slot::Slots& slots, const Ring& ring,
                 const participants::Registry& registry, const Settings& settings,
                 const sync::Pairs& pairs = {}) noexcept
        : control_(control),
          pairs_(pairs),
          ready_(pairs.at(control.ready, pair_of_ready)),
          freed_(pairs.at(control.freed, pair_of_freed)),
          slots_(slots),
          ring_(ring),
          free_(control.cells + ring.cell_count(), slots.count()),
          registry_(registry),
          settings_(settings) {}
    SlotProtocol(const SlotProtocol&) = delete;

    // Sender:
    /// A free slot. If slots are large, the one freed last if possible: its bytes may still be cached. If all fit into
    /// a cache, they are used in turn: the next one was freed longest ago, so that no other core writes to its line.
    std::optional<Held> loan() const noexcept;
    /// The same for repeated polling: checks only a few likely slots, and others the next time.
    std::optional<Held> fast_loan() const noexcept;
    /// Checks the slots one after the other until one is free.
    bool was_free() const noexcept {
        for (std::uint32_t index = 0; index < slots_.count(); ++index)
            if (slot::SlotWord::decode(slots_[index].control.load()).state == slot::SlotState::free) return true;
        return false;
    }
    void return_loan(const Held& loan) const noexcept;
    /// The next free slots, at most held.size(). Returns how many; others may be free.
    std::size_t loan_next(std::span<Held> held) const noexcept;
    /// Queues the slot: everything written to it before is visible to its receiver. Its sender, sequence, sizes and
    /// image must be set. Wakes nobody: notify_committed() does. Errors: ownership_lost, damaged.
    Outcome commit(const Held& loan, bool awaited) const noexcept;
    /// ok if `slot`, sent by us as `sequence`, has its answer; not_yet. Errors: ownership_lost.
    Outcome is_answered(std::uint32_t slot, std::uint64_t sequence) const noexcept;
    /// Stops waiting, and takes the request back if no receiver holds it.
    Withdrawal withdraw(std::uint32_t slot, std::uint64_t sequence) const noexcept;
    /// Stops waiting; the request stays sent.
    void abandon(std::uint32_t slot, std::uint64_t sequence) const noexcept;
    /// Frees a slot whose answer was read.
    void release(std::uint32_t slot, std::uint64_t sequence) const noexcept;

    // For waits on the channel's conditions, and for those who make one true:
    const sync::Condition& ready() const noexcept { return ready_; }
    const sync::Condition& freed() const noexcept { return freed_; }
    sync::Condition arrived() const noexcept { return pairs_.at(control_.arrived, pair_of_arrived); }
    sync::Condition answered(std::uint32_t index) const noexcept {
        return pairs_.at(registry_.entry(index).answered, first_pair_of_answered + index);
    }

    // Receiver:
    Claim take() const noexcept { return ring_.take(registry_.me()); }
    /// The next ones, at most claims.size(). Returns how many.
    std::size_t take(std::span<Claim> claims) const noexcept {
        std::size_t count = 0;
        while (count < claims.size()) {
            const std::size_t next = ring_.take(registry_.me(), claims.subspan(count));
            count += next;
            if (next == 0 && (claims[count] = take()).outcome != RingOutcome::ok) break;
            if (next == 0) ++count;
        }
        return count;
    }
    bool was_ready() const noexcept { return ring_.was_ready(); }
    /// Answers: everything written to the slot before is visible to the sender that waits. Errors: ownership_lost.
    Outcome answer(const Held& request, slot::SlotState how, Notify notify = Notify::now) const noexcept;
    /// Wakes the waiters that commit() and Notify::later left asleep, for `count` messages or answers.
    void notify_committed(std::uint32_t count) const noexcept {
        ready_.notify(count);
        if (count > 0) control_.ready_to_watch.notify_all();
    }
    void notify_answered(std::uint32_t count) const noexcept;
    /// Queues the request again, or reports it failed (in_place) or given up (delivered too often).
    void give_back(const Held& request) const noexcept;

    // A participant that holds the life byte of participant `dead`:
    void recover(std::uint32_t dead) const noexcept;

private:
    std::optional<Held> try_loan(std::uint32_t index) const noexcept;
    std::optional<Held> next_loan() const noexcept;
    std::optional<Held> try_reuse_hint() const noexcept;
    std::optional<Held> try_hinted_slot() const noexcept;
    void remember_reuse_hint(std::uint32_t slot) const noexcept;
    void prefetch_next(std::uint32_t index, bool scarce) const noexcept;
    void free_taken(std::uint32_t slot, std::uint64_t word, slot::SlotState how, Notify notify) const noexcept;
    bool pass_on(std::uint32_t slot, std::uint64_t word, slot::SlotState how) const noexcept;
    bool is_mine(const slot::SharedData& slot, std::uint64_t sequence) const noexcept;
    slot::SlotWord without_answer(slot::SlotWord taken, const slot::SharedData& slot) const noexcept;
    void count_end_without_answer(const slot::SlotWord& next) const noexcept;
    struct Recovery;
    bool recover_step(std::uint32_t index, Recovery& recovery) const noexcept;
    bool was_linked(std::uint32_t index, Recovery& recovery) const noexcept;
    /// Wakes as many senders as can use the slots, and all observers.
    void notify_freed(std::uint32_t count) const noexcept {
        freed_.notify(count);
        if (count > 0) control_.freed_to_watch.notify_all();
    }
    void notify_for(const slot::SlotWord& next, std::uint32_t slot) const noexcept;

    ChannelControl& control_;
    sync::Pairs pairs_;
    sync::Condition ready_;
    sync::Condition freed_;
    slot::Slots slots_;
    Ring ring_;
    FreeMap free_;  ///< used if slots are not small
    const participants::Registry& registry_;
    Settings settings_;
    // Hints of this process; any value is valid:
    mutable std::atomic<std::uint32_t> next_slot_{0};
    mutable std::atomic<std::uint32_t> next_check_{0};
    mutable std::atomic<std::uint32_t> loans_to_pause_{0};
};

/// Writes why a request failed, cut to the available bytes.
void set_reason(slot::SharedData& slot, std::string_view reason) noexcept;

}  // namespace handoff::detail::queue
