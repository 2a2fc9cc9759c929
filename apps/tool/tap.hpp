// Messages as they pass through the slots of a segment, seen from outside.
#pragma once

#include <handoff/inspect.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

namespace handoff::apps::tool {

/// A message that was in a slot when we looked.
struct Passed {
    std::uint64_t sender;    ///< id of the participant that sent it
    std::uint64_t sequence;  ///< of a channel: of that sender; of the others: of all
    std::uint64_t bytes;
    Image image;
    std::uint32_t deliveries;
    inspect::SlotState state;
    std::chrono::steady_clock::time_point seen_at;
};

class Tap {
public:
    /// What is there and was not there at the look before, in the order of sequences. The first look begins behind what
    /// was there already.
    std::vector<Passed> look(const inspect::Report& report);
    /// Messages that came and went between two looks.
    std::uint64_t missed() const noexcept { return missed_; }

private:
    std::map<std::uint64_t, std::uint64_t> newest_;  ///< sequence by sender; by 0 where all senders count together
    std::uint64_t missed_ = 0;
    bool has_begun_ = false;
};

}  // namespace handoff::apps::tool
