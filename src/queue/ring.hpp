// The queue of a channel: a ring of cells that name slots, in the order of the sends.
//
// Algorithm: bounded multi-producer multi-consumer queue in which one compare-exchange on a cell both uses up a
// position and names the slot. (Vyukov's queue takes the position first and fills it later; a producer killed in
// between blocks all others for ever.) Claiming is a compare-exchange on the *slot*, as in the durable queue of
// Friedman et al. (PPoPP 2018): the winner's identity is in the word that decides. Full argument:
// docs/design/slot-protocol.md.
//
// Invariants: (1) position t is queued iff cell t % n names, in round t / n, a slot that is ready in that generation;
//   (2) head only passes a position that is used and whose slot is not ready in that generation any more, which is for
//   ever; (3) tail only passes used positions; (4) the ring has more cells than there are slots, so there is always a
//   cell that names nothing queued.
// Death: there is no state between "not queued" and "queued", and none between "queued" and "taken". A cell whose slot
//   is not ready any more is stale: takers pass it, and the next round's link overwrites it.
// Thread safety: any number of threads and processes. Lock-free.
// Speed: a taker writes no cell; head and tail are advanced once in eight positions; each process remembers its own
//   position. So a message costs its sender one exchange on a cell, and its receiver one on the slot.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/cpu.hpp"
#include "queue/queue_layout.hpp"
#include "slot/slots.hpp"

namespace handoff::detail::queue {

enum class RingOutcome : std::uint8_t { ok, empty, damaged };

/// One bit for each slot that a channel can have.
using SlotSet = std::bitset<65'536>;

/// A claimed slot, and its present word.
struct Claim {
    RingOutcome outcome = RingOutcome::empty;
    std::uint32_t slot = 0;
    std::uint64_t word = 0;
};

class Ring {
public:
    /// REQUIRES: cell_count is a power of two and greater than slots.count().
    Ring(ChannelControl& control, std::uint32_t cell_count, const slot::Slots& slots) noexcept
        : control_(control),
          cell_count_(cell_count),
          cell_count_log2_(static_cast<std::uint32_t>(std::countr_zero(cell_count))),
          slots_(slots) {}

    /// Cells for that many slots: enough that requests which are withdrawn while no receiver takes rarely fill it.
    static std::uint32_t cells_for(std::uint32_t slot_count) noexcept;

    std::uint32_t cell_count() const noexcept { return cell_count_; }

    /// Queues `slot`, which is ready in `generation`. Call it once per generation, by the process that made it ready or
    /// that recovers it.
    RingOutcome link(std::uint32_t slot, std::uint32_t generation) const noexcept;
    /// Claims the oldest queued slot for participant `taker`: ready -> taken.
    Claim take(std::uint32_t taker) const noexcept;
    /// The oldest ones, at most claims.size(). Returns how many; 0: take() knows why.
    std::size_t take(std::uint32_t taker, std::span<Claim> claims) const noexcept;
    /// True if take() would find something.
    bool was_ready() const noexcept;
    /// Sets the bit of each slot that is ready, owned by `owner`, and named by a cell in its generation: one read of
    /// each cell. Exact if only the caller may link slots of that owner.
    void mark_linked(std::uint32_t owner, SlotSet& linked) const noexcept;

private:
    /// The position of this process: at or behind the shared one. Threads may set it back, which costs a few reads.
    class CachedPosition {
    public:
        CachedPosition() = default;
        CachedPosition(const CachedPosition&) noexcept {}  // a copy begins anew
        // They pair: a thread that reads the position of another one sees in the cells what that one saw there.
        void set(std::uint64_t position) noexcept { position_.store(position, std::memory_order_release); }
        std::uint64_t get() const noexcept { return position_.load(std::memory_order_acquire); }
        std::uint64_t or_later(std::uint64_t other) const noexcept { return std::max(get(), other); }

    private:
        std::atomic<std::uint64_t> position_{0};
    };

    /// Rounds after which a loop gives up: more are needed only if the words contradict each other.
    std::uint64_t max_attempts() const noexcept { return 100'000 + 8 * std::uint64_t{cell_count_}; }
    std::uint32_t round_of(std::uint64_t position) const noexcept {
        return static_cast<std::uint32_t>(position >> cell_count_log2_) & CellWord::round_mask;
    }
    std::uint64_t head() const noexcept { return head_seen_.or_later(control_.head.load()); }
    std::uint64_t tail() const noexcept { return tail_seen_.or_later(control_.tail.load()); }
    void advance(CachedPosition& mine, sync::SharedWord& shared, std::uint64_t to) const noexcept;
    std::uint64_t oldest_possible(std::uint64_t head) const noexcept;
    sync::SharedWord& cell_at(std::uint64_t position) const noexcept {
        return control_.cells[position & (cell_count_ - 1)];
    }
    bool is_queued(CellWord cell, std::uint64_t& word) const noexcept;
    bool claim(CellWord cell, std::uint32_t taker, Claim& claim) const noexcept;
    void prefetch_next(std::uint64_t position) const noexcept;
    Claim take_slowly(std::uint32_t taker) const noexcept;

    ChannelControl& control_;
    std::uint32_t cell_count_;
    std::uint32_t cell_count_log2_;
    slot::Slots slots_;
    mutable CachedPosition head_seen_, tail_seen_;
    mutable CachedPosition last_empty_,
        last_empty_bits_;  ///< the position last found unused, and the value of its cell
};

}  // namespace handoff::detail::queue
