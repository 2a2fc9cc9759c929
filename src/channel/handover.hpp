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

#include "channel/channel_layout.hpp"
#include "channel/free_map.hpp"
#include "channel/ring.hpp"
#include "participants/registry.hpp"
#include "slots/slots.hpp"

namespace handoff::detail::channel {

using slot::Held;

/// The state of a request when its sender stops waiting.
enum class Withdrawal : std::uint8_t {
    taken_back,        ///< no receiver held it; the slot is free
    left_to_receiver,  ///< a receiver holds it; its answer is no longer awaited
    answered,          ///< it has its answer; nothing was changed
    lost,              ///< the slot is not ours; another process wrote into the segment
};

/// Whether to wake waiters at once, or to leave it to the caller after several changes.
enum class Bell : std::uint8_t { now, later };

class Handover {
public:
    /// REQUIRES: the ring's cells are followed by the words of a FreeMap of all slots.
    Handover(ChannelControl& control, const slot::Slots& slots, const Ring& ring,
             const participants::Registry& registry, const Settings& settings) noexcept
        : control_(control),
          slots_(slots),
          ring_(ring),
          free_(control.cells + ring.cell_count(), slots.count()),
          registry_(registry),
          settings_(settings) {}
    Handover(const Handover&) = delete;

    // Sender:
    /// A free slot. If slots are large, the one freed last if possible: its bytes may still be cached. If all fit into
    /// a cache, they are used in turn: the next one was freed longest ago, so that no other core writes to its line.
    std::optional<Held> loan() const noexcept;
    /// The same for repeated polling: checks only a few likely slots, and others the next time.
    std::optional<Held> glance_for_loan() const noexcept;
    /// Checks the slots one after the other until one is free.
    bool was_free() const noexcept {
        for (std::uint32_t index = 0; index < slots_.count(); ++index)
            if (slot::SlotWord::decode(slots_[index].control.load()).state == slot::SlotState::free) return true;
        return false;
    }
    void return_loan(const Held& loan) const noexcept;
    /// The next free slots, at most held.size(). Returns how many; others may be free.
    std::size_t loan_next(std::span<Held> held) const noexcept;
    /// Sends: everything written to the slot before is visible to its receiver. The slot's sender, sequence, sizes and
    /// image must be set. Errors: ownership_lost, damaged.
    result<void> commit(const Held& loan, bool awaited, Bell bell = Bell::now) const;
    /// True if `slot`, sent by us as `sequence`, has its answer. Errors: ownership_lost.
    result<bool> is_answered(std::uint32_t slot, std::uint64_t sequence) const;
    /// Stops waiting, and takes the request back if no receiver holds it.
    Withdrawal withdraw(std::uint32_t slot, std::uint64_t sequence) const noexcept;
    /// Stops waiting; the request stays sent.
    void abandon(std::uint32_t slot, std::uint64_t sequence) const noexcept;
    /// Frees a slot whose answer was read.
    void release(std::uint32_t slot, std::uint64_t sequence) const noexcept;

    // Receiver:
    Claim take() const noexcept { return ring_.take(registry_.me()); }
    bool was_ready() const noexcept { return ring_.was_ready(); }
    /// Answers: everything written to the slot before is visible to the sender that waits. Errors: ownership_lost.
    result<void> answer(const Held& request, slot::SlotState outcome, Bell bell = Bell::now) const;
    /// Wakes the waiters that Bell::later left asleep, for `count` messages or answers.
    void ring_for_commits(std::uint32_t count) const noexcept {
        control_.ready.notify(count);
        if (count > 0) control_.ready_to_watch.notify_all();
    }
    void ring_for_answers(std::uint32_t count) const noexcept;
    /// Queues the request again, or reports it failed (in_place) or given up (delivered too often).
    void give_back(const Held& request) const noexcept;

    // A participant that holds the life byte of participant `dead`:
    void recover(std::uint32_t dead) const noexcept;

private:
    std::optional<Held> try_loan(std::uint32_t index) const noexcept;
    std::optional<Held> any_loan() const noexcept;
    std::optional<Held> next_loan() const noexcept;
    void stamp(const Held& loan, std::int64_t now_ns) const noexcept;
    std::optional<Held> try_warm_slot() const noexcept;
    std::optional<Held> try_hinted_slot() const noexcept;
    void remember_warm(std::uint32_t slot) const noexcept;
    void fetch_ahead(std::uint32_t index, bool scarce) const noexcept;
    bool is_mine(const slot::SharedData& slot, std::uint64_t sequence) const noexcept;
    slot::SlotWord without_answer(slot::SlotWord taken, const slot::SharedData& slot) const noexcept;
    void count_end_without_answer(const slot::SlotWord& next) const noexcept;
    struct Recovery;
    bool recover_step(std::uint32_t index, Recovery& recovery) const noexcept;
    bool was_linked(std::uint32_t index, Recovery& recovery) const noexcept;
    /// Wakes as many senders as can use the slots, and all observers.
    void ring_for_free(std::uint32_t count) const noexcept {
        control_.freed.notify(count);
        if (count > 0) control_.freed_to_watch.notify_all();
    }
    void ring_for(const slot::SlotWord& next, std::uint32_t slot) const noexcept;

    ChannelControl& control_;
    slot::Slots slots_;
    Ring ring_;
    FreeMap free_;  ///< used if slots are not small
    const participants::Registry& registry_;
    Settings settings_;
    // Hints of this process; any value is valid:
    mutable std::atomic<std::uint32_t> next_slot_{0};
    mutable std::atomic<std::uint32_t> glance_{0};
    mutable std::atomic<std::uint32_t> loans_to_pause_{0};
};

/// Writes why a request failed, cut to the available bytes.
void set_reason(slot::SharedData& slot, std::string_view reason) noexcept;

}  // namespace handoff::detail::channel
