#include "channel/ring.hpp"

#include <algorithm>
#include <bit>

namespace handoff::channel {

using slots::SlotState;
using slots::SlotWord;

std::uint32_t Ring::cells_for(std::uint32_t slot_count) noexcept {
    constexpr std::uint32_t least = 1024;
    return std::max(least, std::bit_ceil(4 * (slot_count + 1)));
}

/// Is the slot that a full cell names still ready, in that generation? `word` receives what the slot says.
bool Ring::is_queued(CellWord cell, SlotWord& word) const noexcept {
    if (cell.slot >= slots_.count()) return false;
    word = SlotWord::decode(slots_[cell.slot].control.load());
    return word.state == SlotState::ready && (word.generation & CellWord::generation_mask) == cell.generation;
}

RingOutcome Ring::link(std::uint32_t slot, std::uint32_t generation) const noexcept {
    for (std::uint64_t attempt = 0; attempt < patience(); ++attempt) {
        const std::uint64_t position = control_.tail.load();
        const std::uint32_t round = round_of(position);
        sync::SharedWord& cell = cell_at(position);
        const std::uint64_t bits = cell.load();
        const CellWord seen = CellWord::decode(bits);
        const std::int32_t ahead = seen.rounds_ahead_of(round);
        if (ahead == 0 && !seen.full) {
            const auto filled = CellWord::naming(round, static_cast<std::uint16_t>(slot), generation);
            if (!cell.compare_exchange(bits, filled.encode())) continue;
            control_.tail.compare_exchange(position, position + 1);
            return RingOutcome::ok;
        }
        if (ahead >= 0) {  // somebody filled this position and did not move the tail, or not yet
            control_.tail.compare_exchange(position, position + 1);
        } else if (ahead == -1 && seen.full) {
            // The cell of the last round was never cleared. Stale: clear it. Still queued: everything since was
            // withdrawn unread; it moves one round ahead, behind whatever else is still queued in between.
            SlotWord word;
            const CellWord next =
                is_queued(seen, word) ? CellWord::naming(round, seen.slot, seen.generation) : CellWord::empty(round);
            cell.compare_exchange(bits, next.encode());
        } else {
            return RingOutcome::damaged;
        }
    }
    return RingOutcome::damaged;
}

/// Where a message may still be, from `head` on. After a long time without receivers the tail may be very many rounds
/// ahead. Every position below it was used, so none that lies a whole round behind it still holds anything.
std::uint64_t Ring::oldest_possible(std::uint64_t head) const noexcept {
    const std::uint64_t tail = control_.tail.load();
    return tail > head + cell_count_ ? tail - cell_count_ : head;
}

Claim Ring::take(std::uint32_t taker) const noexcept {
    for (std::uint64_t attempt = 0; attempt < patience(); ++attempt) {
        const std::uint64_t position = control_.head.load();
        const std::uint32_t round = round_of(position);
        sync::SharedWord& cell = cell_at(position);
        const std::uint64_t bits = cell.load();
        const CellWord seen = CellWord::decode(bits);
        const std::int32_t ahead = seen.rounds_ahead_of(round);
        if (ahead != 0 || !seen.full) {
            // Before anything is concluded from rounds: a head far behind is too far for rounds to compare.
            const std::uint64_t oldest = oldest_possible(position);
            if (oldest == position && ahead == 0) return {};
            if (oldest == position && ahead < 0) return {RingOutcome::damaged};
            // Otherwise somebody cleared this cell and did not move the head, or not yet.
            control_.head.compare_exchange(position, std::max(oldest, position + 1));
            continue;
        }
        SlotWord word;
        Claim claim;
        if (is_queued(seen, word)) {
            SlotWord taken = word;
            taken.owner = static_cast<std::uint16_t>(taker);
            taken.state = SlotState::taken;
            if (!slots_[seen.slot].control.compare_exchange(word.encode(), taken.encode())) continue;
            claim = {RingOutcome::ok, seen.slot, taken.encode()};
        }
        cell.compare_exchange(bits, CellWord::empty(round + 1).encode());
        control_.head.compare_exchange(position, position + 1);
        if (claim.outcome == RingOutcome::ok) return claim;
    }
    return {RingOutcome::damaged};
}

bool Ring::was_ready() const noexcept {
    const std::uint64_t head = oldest_possible(control_.head.load());
    for (std::uint64_t position = head; position < head + cell_count_; ++position) {
        const CellWord seen = CellWord::decode(cell_at(position).load());
        const std::int32_t ahead = seen.rounds_ahead_of(round_of(position));
        if (ahead == 0 && !seen.full) return false;
        SlotWord word;
        if (ahead < 0 || (ahead == 0 && is_queued(seen, word))) return true;
    }
    return true;
}

bool Ring::names(std::uint32_t slot, std::uint32_t generation) const noexcept {
    for (std::uint32_t index = 0; index < cell_count_; ++index) {
        const CellWord cell = CellWord::decode(control_.cells[index].load());
        if (cell.full && cell.slot == slot && cell.generation == (generation & CellWord::generation_mask)) return true;
    }
    return false;
}

}  // namespace handoff::channel
