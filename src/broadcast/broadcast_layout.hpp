// The part of a topic's or latest value's segment beside participants and slots. Only structs, sizes and asserts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "segment/packed.hpp"
#include "sync/futex_condition.hpp"
#include "sync/shared_word.hpp"

namespace handoff::detail::broadcast {

/// A cell of the ring: sequence:48 | slot:16. Sequence t lives in cell t % history.
struct BroadcastCell {
    static constexpr std::uint16_t no_slot = 0xffff;

    std::uint64_t sequence = 0;
    std::uint16_t slot = no_slot;

    static constexpr BroadcastCell decode(std::uint64_t bits) noexcept {
        return {bits >> 16, static_cast<std::uint16_t>(bits)};
    }
    constexpr std::uint64_t encode() const noexcept { return sequence << 16 | slot; }
};

/// Invariants: (1) a cell's sequence only grows, by the history each time; (2) the exchange on the cell is the only
///   moment of publishing: it assigns the sequence, names the slot and evicts the old one; (3) the tail is a hint that
///   any participant may advance, emptiness is read from the cell; (4) internal sequences begin at `history`: cell i
///   starts as {i, none}.
/// Death: no participant owns anything here.
struct BroadcastControl {
    alignas(64) sync::SharedWord tail;  ///< next sequence to publish
    // Conditions; notified by the participant that changes their state:
    alignas(64) sync::FutexCondition published;  ///< a message was published, or a publisher left
    alignas(64) sync::FutexCondition arrived;    ///< a subscriber joined
    // Any participant:
    alignas(64) std::atomic<std::uint32_t> last_evicted{0};  ///< slot that a loan can probably take
    alignas(64) sync::SharedWord publisher_departures;  ///< counts at least once for each publisher that left or died
    __extension__ alignas(64) sync::SharedWord cells[];
};

/// With Sync::boost: the index of the pair that stands for a condition.
enum Pair : std::uint32_t { pair_of_published, pair_of_arrived, broadcast_pairs };

/// Small options, in the header's `settings`.
struct BroadcastSettings {
    std::uint32_t history = 0;
    std::uint32_t loans = 0;
    std::uint32_t pin_budget = 0;
    bool persistent = false;
    bool boost = false;  ///< Sync::boost

    static constexpr BroadcastSettings decode(std::uint64_t bits) noexcept {
        return {static_cast<std::uint32_t>(bits & 0xffff), static_cast<std::uint32_t>(bits >> 16 & 0xfff),
                static_cast<std::uint32_t>(bits >> 28 & 0xfff), (bits >> 40 & 1) != 0, (bits >> 41 & 1) != 0};
    }
    constexpr std::uint64_t encode() const noexcept {
        return (history & 0xffffU) | std::uint64_t{loans & 0xfffU} << 16 | std::uint64_t{pin_budget & 0xfffU} << 28 |
               std::uint64_t{persistent ? 1U : 0U} << 40 | std::uint64_t{boost ? 1U : 0U} << 41;
    }
    /// With so many slots a publisher finds one whatever others hold.
    constexpr std::uint32_t slots() const noexcept { return history + loans + pin_budget + 1; }
};

inline constexpr std::uint32_t most_participants = 64;  // one bit each in a slot's pins
constexpr std::uint64_t pin_bit(std::uint32_t participant) noexcept {
    return std::uint64_t{1} << participant % most_participants;
}

/// The control's layout as a number for the fingerprint of a segment.
constexpr std::uint64_t layout_code() noexcept {
    return segment::packed({sizeof(BroadcastControl), offsetof(BroadcastControl, published),
                            offsetof(BroadcastControl, arrived), offsetof(BroadcastControl, cells)});
}

}  // namespace handoff::detail::broadcast
