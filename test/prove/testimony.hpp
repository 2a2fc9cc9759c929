// What the processes of a proof say about each message, in memory that outlives all of them.
#pragma once

#include <atomic>
#include <cstdint>

namespace handoff::prove {

/// Said before an operation begins (the -ing ones) and after it returned. Whoever dies in between leaves both open.
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

/// Zeroed bytes are a fresh one; plain bytes may be copied out of it and back.
struct Testimony {
    static constexpr std::uint64_t most_messages = 2048;

    std::atomic<std::uint32_t> done;     ///< the victim's operation has returned
    std::atomic<std::uint32_t> refused;  ///< operations that answered an error nobody expected
    std::atomic<std::uint64_t> next;     ///< what the next message is called, so that no two are called the same
    std::atomic<std::uint32_t> fates[most_messages];
    std::atomic<std::uint32_t> finishes[most_messages];

    void say(std::uint64_t message, Fate fate) { fates[message % most_messages].fetch_or(fate); }
    bool said(std::uint64_t message, Fate fate) const { return (fates[message % most_messages].load() & fate) != 0; }
};

}  // namespace handoff::prove
