// SharedData: one message in a segment. Only structs, sizes and asserts.
#pragma once

#include <handoff/image.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "segment/packed.hpp"
#include "sync/counter_bits.hpp"
#include "sync/shared_word.hpp"

namespace handoff::detail::slot {

enum class SlotState : std::uint8_t {
    free = 0,
    loaned = 1,     ///< owner: the sender that fills it
    ready = 2,      ///< owner: the participant that must make the ring name it
    taken = 3,      ///< owner: the receiver that processes it
    processed = 4,  ///< owner: the sender that waits for it, from here on
    failed = 5,
    given_up = 6,
    published = 7,  ///< topic and latest value: named by a cell, or evicted for ever
};

/// The word with the owner of a slot: generation:32 | owner:16 | deliveries:8 | awaited:1 | state:7.
struct SlotWord {
    static constexpr std::uint64_t generation_mask = (std::uint64_t{1} << sync::counter_bits(32)) - 1;

    std::uint32_t generation = 0;  ///< grows when the slot becomes free and when a request is queued once more
    std::uint16_t owner = 0;       ///< participant index
    std::uint8_t deliveries = 0;   ///< that ended without an answer; stays at 255
    bool awaited = false;          ///< the sender (SharedData::sender) waits for the answer
    SlotState state = SlotState::free;

    static constexpr SlotWord decode(std::uint64_t bits) noexcept {
        return {static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint16_t>(bits >> 16),
                static_cast<std::uint8_t>(bits >> 8), (bits & 0x80) != 0, static_cast<SlotState>(bits & 0x7f)};
    }
    constexpr std::uint64_t encode() const noexcept {
        return (generation & generation_mask) << 32 | std::uint64_t{owner} << 16 | std::uint64_t{deliveries} << 8 |
               (awaited ? 0x80U : 0U) | static_cast<std::uint8_t>(state);
    }
    constexpr SlotWord freed() const noexcept { return {generation + 1, 0, 0, false, SlotState::free}; }
    constexpr bool is_answered() const noexcept {
        return state == SlotState::processed || state == SlotState::failed || state == SlotState::given_up;
    }

    // The same on encoded words, where every message passes: the other fields are not taken apart.
    static constexpr std::uint64_t state_bits = 0x7f, awaited_bit = 0x80, owner_bits = 0xffff0000;
    static constexpr SlotState state_of(std::uint64_t word) noexcept {
        return static_cast<SlotState>(word & state_bits);
    }
    static constexpr std::uint32_t generation_of(std::uint64_t word) noexcept {
        return static_cast<std::uint32_t>(word >> 32);
    }
    static constexpr std::uint64_t held(std::uint64_t word, std::uint32_t owner, SlotState state) noexcept {
        return (word & ~(owner_bits | state_bits)) | (std::uint64_t{owner} << 16 & owner_bits) |
               static_cast<std::uint8_t>(state);
    }
    static constexpr bool is_held(std::uint64_t word, std::uint32_t owner, SlotState state) noexcept {
        return word == held(word, owner, state);
    }
    static constexpr std::uint64_t ready(std::uint64_t word, bool awaited) noexcept {
        return (word & ~(state_bits | awaited_bit)) | (awaited ? awaited_bit : 0) |
               static_cast<std::uint8_t>(SlotState::ready);
    }
    static constexpr std::uint64_t freed(std::uint64_t word) noexcept {
        static_assert(static_cast<std::uint8_t>(SlotState::free) == 0);
        return (((word >> 32) + 1) & generation_mask) << 32;
    }
};

/// The number of bytes, and whether a description belongs to them: described:1 | bytes:63. In one word, so that plain bytes
/// do not touch the cache line of the descriptions.
class ContentWord {
public:
    void set(std::uint64_t bytes, bool described) noexcept {
        bits_.store((bytes & ~is_described) | (described ? is_described : 0), std::memory_order_relaxed);
    }
    /// From shared memory: may be anything.
    struct Content {
        std::uint64_t bytes;
        bool described;
    };
    Content get() const noexcept {
        const std::uint64_t bits = bits_.load(std::memory_order_relaxed);
        return {bits & ~is_described, (bits & is_described) != 0};
    }

private:
    static constexpr std::uint64_t is_described = std::uint64_t{1} << 63;
    std::atomic<std::uint64_t> bits_{0};
};

/// One slot: owner, description and bytes.
///
/// Invariants: (1) `control` is authoritative for the slot; it changes by compare-exchange, or by a store of the one
///   process that may change it then (the owner of a loan; the receiver of a request that is not awaited); (2)
///   everything else is written only by the owner that `control` names, before it passes the slot on; (3) the payload
///   is written only while loaned, or while taken on a channel opened in_place; (4) `sender` and `sequence` stay the
///   same from ready until free.
/// Death: in every state `control` names the dead owner; recovery of that owner moves the slot on.
struct SharedData {
    // Any participant, by compare-exchange:
    alignas(64) sync::SharedWord control;
    // The owner:
    std::atomic<std::uint64_t> sender{0};  ///< id of the sending participant
    std::atomic<std::uint64_t> sequence{0};
    ContentWord payload;
    ContentWord reply;
    std::atomic<std::int64_t> sent_ns{0};  ///< CLOCK_MONOTONIC; while loaned: since when
    std::atomic<std::int64_t> taken_ns{0};
    std::atomic<std::int64_t> answered_ns{0};
    Image image;        ///< or Array: of the payload, if it is described
    Image reply_image;  ///< of the reply, if it is described
    // Subscribers of a topic, each its own bit (a channel does not use it):
    sync::SharedWord pins;
    // The owner:
    char reason[120]{};                          ///< why it failed; ends with a NUL
    __extension__ alignas(64) std::byte data[];  ///< payload area, then (cache-line aligned) the reply area
};
static_assert(sizeof(SharedData) == 320 && offsetof(SharedData, image) == 64 && offsetof(SharedData, data) == 320,
              "one cache line carries the whole hand-over of a plain message; the payload begins on a line of its own");

/// A description copied from shared memory, or "plain bytes" if it does not fit the available bytes.
inline Image sanitized(const Image& copied, std::uint64_t available_bytes) {
    return copied.is_described() && check_description(copied, available_bytes) ? copied : Image{};
}

/// The slot's layout as a number for the fingerprint of a segment.
constexpr std::uint64_t layout_code() noexcept {
    return segment::packed(
        {sizeof(SharedData), offsetof(SharedData, image), offsetof(SharedData, pins), offsetof(SharedData, data)});
}

}  // namespace handoff::detail::slot
