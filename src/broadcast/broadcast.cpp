#include "broadcast/broadcast.hpp"

#include <algorithm>
#include <numeric>

#include "platform/cpu.hpp"

namespace handoff::detail::broadcast {

std::uint64_t Broadcast::newest() const noexcept {
    // The tail may lag after the death of a publisher that had not moved it; a cell is authoritative.
    std::uint64_t next = std::max<std::uint64_t>(control_.tail.load(), first());
    for (std::uint32_t step = 0; step < history_; ++step) {
        if (BroadcastCell::decode(cell_of(next).load()).sequence != next) break;
        ++next;
    }
    return next - 1;
}

std::uint64_t Broadcast::oldest_with(std::uint64_t newest) const noexcept {
    const std::uint64_t next = newest + 1;
    return next < 2 * first() ? first() : next - history_;
}

// ---- publisher ------------------------------------------------------------------------------------------------------

/// REQUIRES: the slot was seen published. Its sequence was written before, so this reads the one of its publication.
bool Broadcast::is_evicted(std::uint32_t slot) const noexcept {
    const std::uint64_t sequence = slots_[slot].sequence.load(std::memory_order_relaxed);
    const BroadcastCell cell = BroadcastCell::decode(cell_of(sequence).load());
    return cell.sequence != sequence || cell.slot != slot;
}

bool Broadcast::try_loan(std::uint32_t index, std::uint32_t me, Held& held) const noexcept {
    SharedData& slot = slots_[index];
    const std::uint64_t bits = slot.control.load();
    const SlotWord word = SlotWord::decode(bits);
    if (word.state != SlotState::free && word.state != SlotState::published) return false;
    if (word.state == SlotState::published && !is_evicted(index)) return false;
    // After the read of the cell, before the exchange: a subscriber that pinned it in time is seen here.
    if (slot.pins.load() != 0) return false;
    const SlotWord loaned{word.generation + 1, static_cast<std::uint16_t>(me), 0, false, SlotState::loaned};
    if (!slot.control.compare_exchange(bits, loaned.encode())) return false;
    // Pairs with the acquire fence in still_there(): a reader that copies a byte written from here on sees the new
    // generation.
    std::atomic_thread_fence(std::memory_order_release);
    held = {index, loaned.encode()};
    return true;
}

/// The distance of the next slot in turn from the last: not so near that the hardware prefetcher of a reader, which
/// expects it, takes its lines away from the writer. Coprime to the number of slots, so that all get their turn.
std::uint32_t Broadcast::stride() const noexcept {
    constexpr std::uint32_t far_enough = 7;  // 2.7 KB if values are small; measured
    std::uint32_t stride = far_enough;
    while (std::gcd(stride, slots_.count()) != 1) ++stride;
    return stride;
}

std::optional<Held> Broadcast::loan(std::uint32_t me) const noexcept {
    Held held;
    const std::uint32_t evicted = control_.last_evicted.load(std::memory_order_relaxed);  // a hint: any value is valid
    // With a history, the slot evicted last is the oldest message. Without, readers still copy it: take the others in
    // turn, so that they have time.
    const bool in_turn = history_ == 1;
    if (!in_turn && evicted < slots_.count() && try_loan(evicted, me, held)) return held;
    const std::uint32_t step = in_turn ? stride_ : 1;
    // After the evicted one comes the newest; after that, the one that was used longest ago.
    const std::uint32_t start = in_turn ? evicted % slots_.count() + 2 * step : 0;
    if (in_turn) prefetch_next((start + 3 * step) % slots_.count());
    constexpr int passes = 8;  // one pass can miss the free slot only if others moved it meanwhile
    for (int pass = 0; pass < passes; ++pass)
        for (std::uint32_t turn = 0; turn < slots_.count(); ++turn)
            if (try_loan((start + turn * step) % slots_.count(), me, held)) return held;
    return std::nullopt;
}

/// Prefetches a slot that will be loaned soon: readers have its lines, and are done with them.
void Broadcast::prefetch_next(std::uint32_t index) const noexcept {
    platform::prefetch_to_change(&slots_[index].control);
    platform::prefetch_to_change(slots_[index].data);
}

void Broadcast::return_loan(const Held& loan) const noexcept {
    slots_[loan.slot].control.compare_exchange(loan.word, SlotWord::decode(loan.word).freed().encode());
}

result<std::uint64_t> Broadcast::publish(const Held& loan) const {
    SharedData& slot = slots_[loan.slot];
    if (slot.control.load() != loan.word)
        return Failure(Errc::ownership_lost,
                       "the slot is not ours any more: some process wrote into the segment against the protocol");
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const std::uint64_t sequence = control_.tail.load();
        sync::SharedWord& cell = cell_of(sequence);
        const std::uint64_t bits = cell.load();
        const BroadcastCell seen = BroadcastCell::decode(bits);
        if (seen.sequence >= sequence) {  // another one published here and did not move the tail, or not yet
            control_.tail.compare_exchange(sequence, sequence + 1);
            continue;
        }
        if (seen.sequence + history_ != sequence) break;
        // The intention, before the link: it shows recovery whether this slot was linked.
        slot.sequence.store(sequence, std::memory_order_relaxed);  // published by the exchange on the cell
        if (!cell.compare_exchange(bits, BroadcastCell{sequence, static_cast<std::uint16_t>(loan.slot)}.encode()))
            continue;
        control_.tail.compare_exchange(sequence, sequence + 1);
        SlotWord published = SlotWord::decode(loan.word);
        published.state = SlotState::published;
        slot.control.compare_exchange(loan.word, published.encode());
        if (seen.slot != BroadcastCell::no_slot) control_.last_evicted.store(seen.slot, std::memory_order_relaxed);
        published_.notify_all();
        return sequence;
    }
    return Failure(Errc::damaged, "the topic's ring contradicts itself; end all programs that use it and remove it");
}

// ---- subscriber -----------------------------------------------------------------------------------------------------

/// The oldest message that may still be kept, if a cell to read holds a later sequence.
std::uint64_t Broadcast::oldest_after(std::uint64_t newer_in_same_cell) const noexcept {
    const std::uint64_t tail = control_.tail.load();
    return std::max(newer_in_same_cell - history_ + 1, tail > history_ ? tail - history_ : 0);
}

/// The message that `cell` named when it was read as `bits`; nothing if it may have been evicted before its generation
/// was known.
std::optional<Look> Broadcast::look_at(const sync::SharedWord& cell, std::uint64_t bits) const noexcept {
    const BroadcastCell named = BroadcastCell::decode(bits);
    if (named.slot >= slots_.count()) return Look{Look::Outcome::damaged, named.sequence};
    const SharedData& slot = slots_[named.slot];
    const SlotWord word = SlotWord::decode(slot.control.load());
    // Published under this very sequence: the generation belongs to it, whatever the cell holds by now. Otherwise (its
    // publisher has not marked it yet, or the slot is on loan again) the cell must still name it.
    const bool is_it =
        word.state == SlotState::published && slot.sequence.load(std::memory_order_relaxed) == named.sequence;
    if (!is_it && cell.load() != bits) return std::nullopt;
    return Look{Look::Outcome::message, named.sequence, named.slot, word.generation};
}

Look Broadcast::find(std::uint64_t position) const noexcept {
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const sync::SharedWord& cell = cell_of(position);
        const std::uint64_t bits = cell.load();
        const BroadcastCell seen = BroadcastCell::decode(bits);
        if (seen.sequence < position) return {Look::Outcome::nothing, position};
        if (seen.sequence > position) {
            position = std::max(oldest_after(seen.sequence), position + 1);
        } else if (const auto look = look_at(cell, bits)) {
            return *look;
        }
    }
    return {Look::Outcome::damaged, position};
}

Look Broadcast::find_only() const noexcept {
    const sync::SharedWord& cell = control_.cells[0];
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const std::uint64_t bits = cell.load();
        const BroadcastCell seen = BroadcastCell::decode(bits);
        if (seen.sequence < first()) return {Look::Outcome::nothing, first()};
        if (seen.slot < slots_.count()) {
            platform::prefetch(&slots_[seen.slot].control);
            platform::prefetch(slots_[seen.slot].data);
        }
        if (const auto look = look_at(cell, bits)) return *look;
    }
    return {Look::Outcome::damaged, first()};
}

bool Broadcast::still_there(const Look& look) const noexcept {
    // Pairs with the release fence in try_loan(): if a byte was overwritten during the copy, the generation has
    // changed.
    std::atomic_thread_fence(std::memory_order_acquire);
    return SlotWord::decode(slots_[look.slot].control.load()).generation == look.generation;
}

Look Broadcast::pin(std::uint64_t position, std::uint64_t bit) const noexcept {
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const Look look = find(position);
        if (look.outcome != Look::Outcome::message) return look;
        slots_[look.slot].pins.set(bit);
        const BroadcastCell wanted{look.position, static_cast<std::uint16_t>(look.slot)};
        // The second read: a loan that did not see this pin had seen the eviction before, and so does this read.
        if (cell_of(look.position).load() == wanted.encode()) return look;
        slots_[look.slot].pins.clear(bit);
        position = look.position;
    }
    return {Look::Outcome::damaged, position};
}

// ---- recovery -------------------------------------------------------------------------------------------------------

void Broadcast::recover(std::uint32_t dead) const noexcept {
    for (std::uint32_t index = 0; index < slots_.count(); ++index) {
        const std::uint64_t bit = pin_bit(dead);
        if ((slots_[index].pins.load() & bit) != 0) slots_[index].pins.clear(bit);
        recover_slot(index, dead);
    }
}

/// A dead publisher's loan is published if its cell names it. If not, it was never linked, or is evicted already; no
/// other process can link it, so both mean free.
void Broadcast::recover_slot(std::uint32_t index, std::uint32_t dead) const noexcept {
    SharedData& slot = slots_[index];
    const std::uint64_t bits = slot.control.load();
    SlotWord word = SlotWord::decode(bits);
    if (word.state != SlotState::loaned || word.owner != dead) return;
    if (is_evicted(index)) {
        word = word.freed();
    } else {
        word.state = SlotState::published;
    }
    slot.control.compare_exchange(bits, word.encode());
}

}  // namespace handoff::detail::broadcast
