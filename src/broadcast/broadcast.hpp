// The broadcast protocol of topic and latest value: an overwriting ring over shared slots, pinned by one bit per
// subscriber.
//
//   FREE --loan--> LOANED --link--> (named by a cell) --> PUBLISHED --evicted and unpinned, loan--> LOANED
//
// Why it works (in full, with the orders that fail: docs/design/topic-protocol.md):
// * Link is one compare-exchange on the oldest cell. The intended sequence is in the slot *before* it, and the state
//   becomes PUBLISHED *after* it. So "published and not named by its cell" means evicted, for ever, and a recovering
//   process can tell a linked loan from one that never was.
// * A subscriber sets its pin, *then* checks again whether the cell still names the slot. A loan reads the cell, *then*
//   the pins, then takes the slot by compare-exchange. All in one total order: one of the two sees the other.
// * Pins are bits, not a count: recovery can clear a dead subscriber's pins any number of times.
//
// Thread safety: any number of threads and processes; a held slot belongs to one thread, a pin bit to one handle.
// Death: a dead publisher's loan is PUBLISHED if its cell names it and FREE otherwise; a dead subscriber's bits are
//   cleared.
#pragma once

#include <handoff/error.hpp>

#include <cstdint>
#include <optional>

#include "broadcast/broadcast_layout.hpp"
#include "slot/slots.hpp"
#include "sync/condition.hpp"

namespace handoff::detail::broadcast {

using slot::Held;
using slot::SharedData;
using slot::Slots;
using slot::SlotState;
using slot::SlotWord;

/// The result of a read at a subscriber's position.
struct Look {
    enum class Outcome : std::uint8_t { nothing, message, damaged } outcome = Outcome::nothing;
    std::uint64_t position = 0;  ///< of the message; later than requested if that one is overwritten
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  ///< of the slot while the cell named it
};

class Broadcast {
public:
    Broadcast(BroadcastControl& control, const sync::Condition& published, std::uint32_t history,
              const Slots& slots) noexcept
        : control_(control), published_(published), history_(history), slots_(slots), stride_(stride()) {}

    /// The first possible sequence.
    std::uint64_t first() const noexcept { return history_; }
    /// The position of the newest message, or first() - 1 if there is none.
    std::uint64_t newest() const noexcept;
    /// The position of the oldest kept message, or of the first one to come.
    std::uint64_t oldest() const noexcept { return oldest_with(newest()); }
    /// The same for the time at which this is or was the newest.
    std::uint64_t oldest_with(std::uint64_t newest) const noexcept;

    /// True if a cell names that slot, which was published.
    bool is_kept(std::uint32_t slot) const noexcept { return !is_evicted(slot); }

    // Publisher `me`:
    std::optional<Held> loan(std::uint32_t me) const noexcept;
    void return_loan(const Held& loan) const noexcept;
    /// Publishes; everything written to the slot before is visible to each reader that gets it. Returns the sequence.
    /// Errors: ownership_lost, damaged.
    result<std::uint64_t> publish(const Held& loan) const;

    // Subscriber with the pin `bit`:
    /// Pins the message at `position`, or the oldest kept one if that is overwritten.
    Look pin(std::uint64_t position, std::uint64_t bit) const noexcept;
    void unpin(std::uint32_t slot, std::uint64_t bit) const noexcept { slots_[slot].pins.clear(bit); }
    /// The same without a pin: what is read from the slot afterwards is valid only if still_there() is true at the end.
    Look find(std::uint64_t position) const noexcept;
    /// The same for a history of one: the newest, whatever its position.
    Look find_only() const noexcept;
    bool still_there(const Look& look) const noexcept;

    // A participant that holds the life byte of participant `dead`:
    void recover(std::uint32_t dead) const noexcept;

private:
    static constexpr int max_attempts = 100'000;
    sync::SharedWord& cell_of(std::uint64_t sequence) const noexcept { return control_.cells[sequence % history_]; }
    bool is_evicted(std::uint32_t slot) const noexcept;
    void prefetch_next(std::uint32_t index) const noexcept;
    std::uint32_t stride() const noexcept;
    std::optional<Look> look_at(const sync::SharedWord& cell, std::uint64_t bits) const noexcept;
    bool try_loan(std::uint32_t slot, std::uint32_t me, Held& held) const noexcept;
    void recover_slot(std::uint32_t index, std::uint32_t dead) const noexcept;
    std::uint64_t oldest_after(std::uint64_t newer_in_same_cell) const noexcept;

    BroadcastControl& control_;
    sync::Condition published_;
    std::uint32_t history_;
    Slots slots_;
    std::uint32_t stride_;
};

}  // namespace handoff::detail::broadcast
