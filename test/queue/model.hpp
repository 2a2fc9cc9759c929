// What the channel should be: a plain, sequential description without words, cells and generations.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "queue/board.hpp"

namespace handoff::detail::queue {

/// One message, or one loan, as the model sees it.
struct ModelMessage {
    std::uint64_t id = 0;
    slot::SlotState state = slot::SlotState::loaned;
    std::uint64_t sender = 0;    ///< which player, by its number in the walk, never used again
    std::uint64_t receiver = 0;  ///< while taken
    bool awaited = false;
    std::uint32_t deliveries = 0;  ///< that ended without an answer
};

/// The queue with the positions that messages have in a ring of `cells`: a message that is still unread when the ring
/// comes round to its cell moves one round ahead.
class ModelQueue {
public:
    explicit ModelQueue(std::uint32_t cells) : cells_(cells) {}

    void push(std::uint32_t slot) {
        while (!queue_.empty() && queue_.begin()->first + cells_ == tail_) {
            queue_.emplace(tail_++, queue_.begin()->second);
            queue_.erase(queue_.begin());
        }
        queue_.emplace(tail_++, slot);
    }
    std::optional<std::uint32_t> front() const {
        return queue_.empty() ? std::nullopt : std::optional(queue_.begin()->second);
    }
    void remove(std::uint32_t slot) {
        std::erase_if(queue_, [&](const auto& entry) { return entry.second == slot; });
    }

private:
    std::uint64_t cells_;
    std::uint64_t tail_ = 0;
    std::map<std::uint64_t, std::uint32_t> queue_;  ///< position -> slot
};

}  // namespace handoff::detail::queue
