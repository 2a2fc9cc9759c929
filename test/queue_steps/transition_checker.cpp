#include "queue_steps/transition_checker.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

namespace handoff::detail::queue {

using slot::SlotState;
using slot::SlotWord;

namespace {

std::uint32_t round_of(std::uint64_t position, std::uint32_t cells) {
    return static_cast<std::uint32_t>(position / cells) & CellWord::round_mask;
}

}  // namespace

bool may_follow(const SlotWord& from, const SlotWord& to) {
    const bool renewed = to.generation == from.generation + 1;
    const bool same = to.generation == from.generation && to.deliveries == from.deliveries;
    const bool same_owner = to.owner == from.owner;
    const bool stops_waiting = same && same_owner && from.awaited && !to.awaited;
    const bool from_taken = from.state == SlotState::taken;
    switch (to.state) {
        case SlotState::free:
            return renewed && to.deliveries == 0 && !to.awaited && from.state != SlotState::free &&
                   !(from_taken && from.awaited);
        case SlotState::loaned:
            return from.state == SlotState::free && same && !to.awaited;
        case SlotState::ready:
            if (from.state == SlotState::loaned) return same && same_owner;
            if (from.state == SlotState::ready) return stops_waiting;
            return from_taken && renewed && same_owner && to.deliveries == from.deliveries + 1 &&
                   to.awaited == from.awaited;
        case SlotState::taken:
            return from_taken ? stops_waiting : from.state == SlotState::ready && same && to.awaited == from.awaited;
        case SlotState::processed:
        case SlotState::failed:
            return from_taken && same && from.awaited && to.awaited;
        case SlotState::given_up:
            return from_taken && to.generation == from.generation && to.deliveries == from.deliveries + 1 &&
                   from.awaited && to.awaited;
        case SlotState::published:
            break;
    }
    return false;
}

void TransitionChecker::begin() {
    slots_.clear();
    cells_.clear();
    for (std::uint32_t index = 0; index < board_.shape().slots; ++index) slots_.push_back(board_.word(index));
    for (std::uint32_t index = 0; index < board_.shape().cells; ++index) cells_.push_back(board_.cell(index).encode());
    head_ = board_.control().head.load();
    tail_ = board_.control().tail.load();
}

void TransitionChecker::look() {
    for (std::uint32_t index = 0; index < slots_.size(); ++index) look_at_slot(index);
    for (std::uint32_t index = 0; index < cells_.size(); ++index) look_at_cell(index);
    look_at_head_and_tail();
}

void TransitionChecker::look_at_slot(std::uint32_t index) {
    const SlotWord now = board_.word(index);
    const SlotWord before = std::exchange(slots_[index], now);
    if (now.encode() == before.encode()) return;
    BOOST_TEST_REQUIRE(may_follow(before, now),
                       "slot " << index << " went from " << std::hex << before.encode() << " to " << now.encode());
}

bool TransitionChecker::is_queued(const CellWord& cell) const {
    const SlotWord word = board_.word(cell.slot);
    return word.state == SlotState::ready && (word.generation & CellWord::generation_mask) == cell.generation;
}

void TransitionChecker::look_at_cell(std::uint32_t index) {
    const std::uint64_t bits = board_.cell(index).encode();
    const std::uint64_t bits_before = std::exchange(cells_[index], bits);
    if (bits == bits_before) return;
    const CellWord before = CellWord::decode(bits_before), now = CellWord::decode(bits);
    const std::int32_t ahead = now.rounds_ahead_of(before.round);
    if (!before.full) {
        BOOST_TEST_REQUIRE((now.full && ahead == 0), "an empty cell is filled in its own round");
        return;
    }
    BOOST_TEST_REQUIRE((ahead == 1 && now.full), "a full cell goes to the next round");
    if (now.slot == before.slot && now.generation == before.generation) return;  // moved on as it is
    BOOST_TEST_REQUIRE(!is_queued(before), "the cell of a queued message was written over");
}

void TransitionChecker::look_at_head_and_tail() {
    const auto cells = board_.shape().cells;
    const std::uint64_t head = board_.control().head.load(), tail = board_.control().tail.load();
    if (head != head_) {
        BOOST_TEST_REQUIRE(head > head_);
        for (; head_ < head; ++head_) {
            const CellWord passed = board_.cell(head_);
            const std::int32_t ahead = passed.rounds_ahead_of(round_of(head_, cells));
            BOOST_TEST_REQUIRE((ahead > 0 || (ahead == 0 && passed.full && !is_queued(passed))),
                               "the head passed a cell that was not used, or whose message is queued");
        }
    }
    if (tail != tail_) {
        BOOST_TEST_REQUIRE(tail > tail_);
        for (; tail_ < tail; ++tail_) {
            const CellWord passed = board_.cell(tail_);
            const std::int32_t ahead = passed.rounds_ahead_of(round_of(tail_, cells));
            BOOST_TEST_REQUIRE((ahead > 0 || (ahead == 0 && passed.full)),
                               "the tail passed a cell that nobody had filled");
        }
    }
}

}  // namespace handoff::detail::queue
