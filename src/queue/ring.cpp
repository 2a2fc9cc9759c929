#include "queue/ring.hpp"

#include <algorithm>
#include <bit>

namespace handoff::detail::queue {

using slot::SlotState;
using slot::SlotWord;

namespace {
constexpr std::uint64_t cells_in_a_line = 64 / sizeof(sync::SharedWord);
}

std::uint32_t Ring::cells_for(std::uint32_t slot_count) noexcept {
    constexpr std::uint32_t least = 1024;
    return std::max(least, std::bit_ceil(4 * (slot_count + 1)));
}

/// True if the slot that a full cell names is still ready, in that generation. `word` receives the slot's word.
bool Ring::is_queued(CellWord cell, std::uint64_t& word) const noexcept {
    if (cell.slot >= slots_.count()) return false;
    word = slots_[cell.slot].control.load();
    return SlotWord::state_of(word) == SlotState::ready &&
           (SlotWord::generation_of(word) & CellWord::generation_mask) == cell.generation;
}

/// The shared hint follows in steps of a cache line of cells, so that its own line mostly stays where it is.
void Ring::advance(CachedPosition& mine, sync::SharedWord& shared, std::uint64_t to) const noexcept {
    mine.set(to);
    const std::uint64_t hint = shared.load();
    if (to > hint && to - hint >= cells_in_a_line) shared.compare_exchange(hint, to);
}

RingOutcome Ring::link(std::uint32_t slot, std::uint32_t generation) const noexcept {
    for (std::uint64_t attempt = 0; attempt < max_attempts(); ++attempt) {
        const std::uint64_t position = tail();
        const std::uint32_t round = round_of(position);
        sync::SharedWord& cell = cell_at(position);
        const std::uint64_t bits = cell.load();
        const CellWord seen = CellWord::decode(bits);
        const std::int32_t ahead = seen.rounds_ahead_of(round);
        if (ahead > 0 || (ahead == 0 && seen.full)) {  // another process used this position
            advance(tail_seen_, control_.tail, position + 1);
            continue;
        }
        if (ahead < -1 || (ahead == -1 && !seen.full)) return RingOutcome::damaged;
        std::uint64_t word = 0;
        if (ahead == -1 && is_queued(seen, word)) {
            // All since were withdrawn unread: this one moves a round ahead, behind whatever else is still queued.
            cell.compare_exchange(bits, CellWord::naming(round, seen.slot, seen.generation).encode());
            continue;
        }
        if (position % cells_in_a_line == 0) platform::prefetch_to_change(&cell_at(position + 2 * cells_in_a_line));
        const auto filled = CellWord::naming(round, static_cast<std::uint16_t>(slot), generation);
        if (!cell.compare_exchange(bits, filled.encode())) continue;
        advance(tail_seen_, control_.tail, position + 1);
        return RingOutcome::ok;
    }
    return RingOutcome::damaged;
}

/// The first position from `head` on that may still hold a message. Without receivers the tail may be many rounds
/// ahead. Every position below it was used, so none that lies a whole round behind it still holds anything.
std::uint64_t Ring::oldest_possible(std::uint64_t head) const noexcept {
    const std::uint64_t tail = control_.tail.load();
    return tail > head && tail - head > cell_count_ ? tail - cell_count_ : head;
}

/// Prefetches the slot of a message that follows, while this one is processed.
void Ring::prefetch_next(std::uint64_t position) const noexcept {
    constexpr std::uint64_t distance = 16;  // measured
    const std::uint64_t later = cell_at(position + distance).load();
    const auto slot = static_cast<std::uint16_t>(later);
    if (!CellWord::is_full(later, round_of(position + distance)) || slot >= slots_.count()) return;
    platform::prefetch_to_change(&slots_[slot].control);
    platform::prefetch(slots_[slot].data);
}

/// False: the word changed meanwhile. Otherwise `claim` says whether the slot is claimed.
bool Ring::claim(CellWord cell, std::uint32_t taker, Claim& claim) const noexcept {
    if (cell.slot >= slots_.count()) return true;
    slot::SharedData& slot = slots_[cell.slot];
    platform::prefetch_to_change(&slot.control);
    platform::prefetch(slot.data);
    std::uint64_t word = 0;
    if (!is_queued(cell, word)) return true;
    const std::uint64_t taken = SlotWord::held(word, taker, SlotState::taken);
    if (!slot.control.compare_exchange(word, taken)) return false;
    claim = {RingOutcome::ok, cell.slot, taken};
    return true;
}

Claim Ring::take(std::uint32_t taker) const noexcept {
    Claim oldest;
    return take(taker, std::span(&oldest, 1)) == 1 ? oldest : take_slowly(taker);
}

std::size_t Ring::take(std::uint32_t taker, std::span<Claim> claims) const noexcept {
    const std::uint64_t first = head();
    std::uint64_t position = first;
    std::size_t count = 0;
    while (count < claims.size() && position - first < cell_count_) {
        const std::uint64_t cell = cell_at(position).load();
        if (!CellWord::is_full(cell, round_of(position))) break;
        prefetch_next(position);
        if (!claim(CellWord::decode(cell), taker, claims[count])) break;  // the word has just changed
        ++position;
        if (claims[count].outcome == RingOutcome::ok) ++count;
    }
    if (position != first) advance(head_seen_, control_.head, position);
    return count;
}

Claim Ring::take_slowly(std::uint32_t taker) const noexcept {
    for (std::uint64_t attempt = 0; attempt < max_attempts(); ++attempt) {
        const std::uint64_t position = head();
        const std::uint64_t bits = cell_at(position).load();
        if (position == last_empty_.get() && bits == last_empty_bits_.get())
            return {};  // unchanged since the last check
        const CellWord seen = CellWord::decode(bits);
        const std::int32_t ahead = seen.rounds_ahead_of(round_of(position));
        if (ahead == 0 && seen.full) {
            Claim ours;
            if (!claim(seen, taker, ours)) continue;
            advance(head_seen_, control_.head, position + 1);
            if (ours.outcome == RingOutcome::ok) return ours;
            continue;
        }
        // Before rounds are compared: a head far behind is out of their range.
        const std::uint64_t oldest = oldest_possible(position);
        if (oldest == position && ahead <= 0) {
            if (ahead < -1) return {RingOutcome::damaged};
            last_empty_bits_.set(bits);
            last_empty_.set(position);
            return {};
        }
        advance(head_seen_, control_.head, oldest == position ? position + 1 : oldest);
    }
    return {RingOutcome::damaged};
}

bool Ring::was_ready() const noexcept {
    const std::uint64_t oldest = oldest_possible(head());
    // What was moved a round ahead is up to one round behind the oldest; the tail may lag and not show it.
    for (std::uint64_t position = oldest; position != oldest + 2 * std::uint64_t{cell_count_}; ++position) {
        const CellWord seen = CellWord::decode(cell_at(position).load());
        const std::int32_t ahead = seen.rounds_ahead_of(round_of(position));
        if (ahead < 0 || (ahead == 0 && !seen.full))
            return ahead < -1;  // unused as yet; or take() has an error to return
        std::uint64_t word = 0;
        if (ahead == 0 && is_queued(seen, word)) return true;
    }
    return true;  // it moved on meanwhile
}

void Ring::mark_linked(std::uint32_t owner, SlotSet& linked) const noexcept {
    const std::uint64_t oldest = oldest_possible(control_.head.load());
    for (std::uint64_t position = oldest; position != oldest + cell_count_; ++position) {
        const CellWord cell = CellWord::decode(cell_at(position).load());
        // A cell behind the head is stale, whatever its generation: generations wrap.
        if (!cell.full || cell.rounds_ahead_of(round_of(position)) < 0) continue;
        std::uint64_t word = 0;
        if (is_queued(cell, word) && SlotWord::decode(word).owner == owner) linked.set(cell.slot);
    }
}

}  // namespace handoff::detail::queue
