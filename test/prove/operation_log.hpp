// What the processes of a proof record about each message, in memory that outlives all of them.
#pragma once

#include <atomic>
#include <cstdint>

namespace handoff::prove {

/// Recorded before an operation begins (the -ing ones) and after it returned. A death in between leaves its outcome
/// open.
enum Fate : std::uint32_t {
    sending = 1,
    sent = 2,
    taking = 4,
    taken = 8,
    finishing = 16,
    finished = 32,
    withdrawing = 64,
    withdrawn = 128,
};

/// Zeroed bytes are an empty log; its bytes may be copied out and back.
struct OperationLog {
    static constexpr std::uint64_t most_messages = 2048;

    std::atomic<std::uint32_t> done;     ///< the target's operation has returned
    std::atomic<std::uint32_t> refused;  ///< operations that returned an unexpected error
    std::atomic<std::uint64_t> next;     ///< number of the next message, so that all differ
    std::atomic<std::uint32_t> fates[most_messages];
    std::atomic<std::uint32_t> finishes[most_messages];

    void record(std::uint64_t message, Fate fate) { fates[message % most_messages].fetch_or(fate); }
    bool has(std::uint64_t message, Fate fate) const { return (fates[message % most_messages].load() & fate) != 0; }
};

}  // namespace handoff::prove
