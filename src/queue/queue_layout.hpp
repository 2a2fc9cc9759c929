// The part of a channel's segment beside participants and slots. Only structs, sizes and asserts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sync/counter_bits.hpp"
#include "sync/futex_condition.hpp"
#include "sync/shared_word.hpp"

namespace handoff::detail::queue {

/// A cell of the ring: round:24 | generation:23 | full:1 | slot:16. Position t of the queue lives in cell t % cells, in
/// round t / cells. An empty cell names the round it is waiting for.
struct CellWord {
    static constexpr int round_bits = sync::counter_bits(24);
    static constexpr std::uint32_t round_mask = (1U << round_bits) - 1;
    static constexpr std::uint32_t generation_mask = (1U << sync::counter_bits(23)) - 1;

    std::uint32_t round = 0;
    std::uint32_t generation = 0;  ///< the slot's, its lowest 23 bits
    bool full = false;
    std::uint16_t slot = 0;

    static constexpr CellWord decode(std::uint64_t bits) noexcept {
        return {static_cast<std::uint32_t>(bits >> 40), static_cast<std::uint32_t>(bits >> 17) & generation_mask,
                (bits >> 16 & 1) != 0, static_cast<std::uint16_t>(bits)};
    }
    constexpr std::uint64_t encode() const noexcept {
        return std::uint64_t{round & round_mask} << 40 | std::uint64_t{generation & generation_mask} << 17 |
               std::uint64_t{full ? 1U : 0U} << 16 | slot;
    }
    static constexpr CellWord empty(std::uint32_t round) noexcept { return {round & round_mask, 0, false, 0}; }
    static constexpr CellWord naming(std::uint32_t round, std::uint16_t slot, std::uint32_t generation) noexcept {
        return {round & round_mask, generation & generation_mask, true, slot};
    }
    /// True if the encoded cell names a slot, in that round.
    static constexpr bool is_full(std::uint64_t cell, std::uint32_t round) noexcept {
        return cell >> 40 == round && (cell >> 16 & 1) != 0;
    }
    /// Rounds that this cell is ahead of `other` (negative: behind), wrap-around included.
    constexpr std::int32_t rounds_ahead_of(std::uint32_t other) const noexcept {
        return static_cast<std::int32_t>((round - other) << (32 - round_bits)) >> (32 - round_bits);
    }
};

/// Invariants: (1) head and tail are hints that any participant may advance; the cells are authoritative; (2) a message
///   is queued from the exchange that fills a cell until its slot leaves the state ready; (3) counters are for people.
/// Death: no participant owns anything here. A head or tail left behind by a dead one is advanced by the next one that
///   reads it.
struct ChannelControl {
    static constexpr std::uint32_t no_slot = 0xffffffff;  ///< last_freed was taken
    alignas(64) sync::SharedWord head;                    ///< next position to take from
    alignas(64) sync::SharedWord tail;                    ///< next position to fill
    // Conditions; notified by the participant that changes their state:
    alignas(64) sync::FutexCondition ready;    ///< a message was queued, or a sender left; for receivers that take
    sync::FutexCondition ready_to_watch;       ///< the same, for observers that need not take: all of them are woken
    alignas(64) sync::FutexCondition freed;    ///< a slot became free; for senders that loan
    sync::FutexCondition freed_to_watch;       ///< the same, for observers that need not loan: all of them are woken
    alignas(64) sync::FutexCondition arrived;  ///< a receiver joined
    // Any participant:
    alignas(64) std::atomic<std::uint32_t> last_freed{0};  ///< slot whose bytes are probably still cached; no_slot
    alignas(64) sync::SharedWord sender_departures;        ///< counts at least once for each sender that left or died
    std::atomic<std::uint64_t> redelivered{0};
    std::atomic<std::uint64_t> given_up{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::uint64_t> withdrawn{0};
    __extension__ alignas(64) sync::SharedWord cells[];  ///< behind them the words of a FreeMap
};
static_assert(offsetof(ChannelControl, tail) - offsetof(ChannelControl, head) >= 64,
              "senders move the tail, receivers the head: on one line they would slow each other down");

/// With Sync::boost: the index of the pair that stands for a condition.
enum Pair : std::uint32_t { pair_of_ready, pair_of_freed, pair_of_arrived, first_pair_of_answered };

/// Small options, in the header's `settings`.
struct Settings {
    std::uint32_t max_deliveries = 0;  ///< 0: no limit
    bool in_place = false;
    bool persistent = false;
    bool boost = false;  ///< Sync::boost

    static constexpr Settings decode(std::uint64_t bits) noexcept {
        return {static_cast<std::uint32_t>(bits & 0xff), (bits >> 8 & 1) != 0, (bits >> 9 & 1) != 0,
                (bits >> 10 & 1) != 0};
    }
    constexpr std::uint64_t encode() const noexcept {
        return (max_deliveries & 0xff) | (in_place ? 0x100U : 0U) | (persistent ? 0x200U : 0U) | (boost ? 0x400U : 0U);
    }
};

}  // namespace handoff::detail::queue
