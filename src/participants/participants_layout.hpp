// The table of participants in a segment. Only structs, sizes and asserts.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "segment/packed.hpp"
#include "sync/condition.hpp"
#include "sync/counter.hpp"
#include "sync/latency_histogram.hpp"
#include "sync/shared_word.hpp"

namespace handoff::detail::participants {

enum class Role : std::uint8_t {
    none = 0,
    sender = 1,
    receiver = 2,
    publisher = 3,
    subscriber = 4,
    writer = 5,
    reader = 6
};

/// The word of an entry: generation:32 | unused:15 | recovering:1 | role:8 | active:8.
struct EntryWord {
    std::uint32_t generation = 0;  ///< grows with every join, so that an id is never used twice
    Role role = Role::none;
    bool active = false;
    bool recovering = false;  ///< the byte's holder gives back what the entry holds; cleared when the entry is empty

    static constexpr EntryWord decode(std::uint64_t bits) noexcept {
        return {static_cast<std::uint32_t>(bits >> 32), static_cast<Role>(bits >> 8 & 0xff), (bits & 0xff) != 0,
                (bits >> 16 & 1) != 0};
    }
    constexpr std::uint64_t encode() const noexcept {
        return std::uint64_t{generation} << 32 | std::uint64_t{static_cast<std::uint8_t>(role)} << 8 |
               (recovering ? 0x10000U : 0U) | (active ? 1U : 0U);
    }
};

/// What a participant did. Only it writes here; any process may read.
struct Counters {
    sync::Counter messages;  ///< sent, or taken
    sync::Counter bytes;     ///< of their payloads
    sync::Counter finished;  ///< answers received, or given
    sync::Counter failed;    ///< of these: failed or given up
    sync::Counter returned;  ///< withdrawn, or given back
    sync::Counter timeouts;
    sync::Counter lost;                           ///< by a subscriber: overwritten before it read them
    std::atomic<std::uint32_t> reserved_pins{0};  ///< of a subscriber, out of the topic's budget
    std::atomic<std::uint32_t> waiting{0};        ///< threads of a receiver that wait for a message
};

/// Invariants: (1) the holder of the lock on the entry's byte owns it; (2) `word` is active exactly while a participant
///   has joined and was not recovered; (3) everything but `word` is for people and may be out of date.
/// Death: the word stays active. A participant that can lock the byte knows that the owner is dead, recovers what it
///   held, and only then makes the entry inactive. Before, it marks the entry as recovering, so that a new participant
///   waits for the place. If it dies itself, that bit stays: it counts only while the byte is held.
struct ParticipantEntry {
    // Only the holder of the byte:
    alignas(64) sync::SharedWord word;
    std::atomic<std::uint32_t> pid{0};
    std::atomic<std::uint32_t> uid{0};
    std::atomic<std::uint64_t> process_start_time{0};
    std::atomic<std::int64_t> joined_ns{0};
    std::array<std::atomic<std::uint64_t>, 4> program{};  ///< 31 bytes of its name and a NUL, eight to a word
    // Only the owner:
    alignas(64) Counters counters;
    // Any participant: the owner sleeps on it until its requests are answered.
    alignas(64) sync::FutexCondition answered;
    // Only the owner, and only with exact times:
    alignas(64) sync::LatencyHistogram delay;  ///< from sent to taken; of a sender: until it has the answer
    sync::LatencyHistogram work;               ///< of a receiver: from taken to answered
};
static_assert(offsetof(ParticipantEntry, counters) == 64 && offsetof(ParticipantEntry, answered) == 128,
              "counters share no line with the word that others look at, nor with the condition they notify");
static_assert(sizeof(Counters) == 64, "what a participant counts with every message lies on one line");

/// The table's layout as a number for the fingerprint of a segment.
constexpr std::uint64_t layout_code() noexcept {
    return segment::packed(
        {sizeof(ParticipantEntry), offsetof(ParticipantEntry, counters), offsetof(ParticipantEntry, answered)});
}

/// Places `count` empty entries into zeroed memory.
inline void place_table(std::byte* address, std::uint32_t count) noexcept {
    for (std::uint32_t index = 0; index < count; ++index)
        ::new (address + index * sizeof(ParticipantEntry)) ParticipantEntry;
}

}  // namespace handoff::detail::participants
