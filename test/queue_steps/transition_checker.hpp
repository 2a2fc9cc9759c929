// Looks at every word of a channel after every step of an actor, and knows what may follow what.
#pragma once

#include <cstdint>
#include <vector>

#include "queue/board.hpp"

namespace handoff::detail::queue {

/// True if the protocol has this transition of a slot (docs/design/slot-protocol.md, "Every transition").
bool may_follow(const slot::SlotWord& from, const slot::SlotWord& to);

/// Between two stops of an actor at most one word changes, so every transition is seen.
class TransitionChecker {
public:
    explicit TransitionChecker(const Board& board) : board_(board) { begin(); }
    /// Takes what is there now for granted.
    void begin();
    /// REQUIRES: at most one step was done since the last look.
    void look();

private:
    void look_at_slot(std::uint32_t index);
    void look_at_cell(std::uint32_t index);
    void look_at_head_and_tail();
    bool is_queued(const CellWord& cell) const;

    const Board& board_;
    std::vector<slot::SlotWord> slots_;
    std::vector<std::uint64_t> cells_;
    std::uint64_t head_ = 0, tail_ = 0;
};

}  // namespace handoff::detail::queue
