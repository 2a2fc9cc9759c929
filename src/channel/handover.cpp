#include "channel/handover.hpp"

#include <algorithm>

#include "platform/clock.hpp"

namespace handoff::channel {

using slots::SharedData;
using slots::SlotState;
using slots::SlotWord;

namespace {

/// An exchange on a slot in our hands fails only because a sender stops waiting, once; more means a hostile writer.
constexpr int patience = 1000;

Failure lost() {
    return {
        Errc::ownership_lost,
        "the slot is not ours any more: some process wrote into the segment against the protocol. Its bytes cannot be "
        "trusted; end all programs that use it and remove it"};
}

}  // namespace

void set_reason(SharedData& slot, std::string_view reason) noexcept {
    std::fill(std::begin(slot.reason), std::end(slot.reason), '\0');
    reason.copy(slot.reason, sizeof slot.reason - 1);
}

// ---- sender ---------------------------------------------------------------------------------------------------------

std::optional<Held> Handover::loan() const noexcept {
    const auto try_slot = [this](std::uint32_t index) -> std::optional<Held> {
        SharedData& slot = slots_[index];
        const std::uint64_t bits = slot.control.load();
        SlotWord word = SlotWord::decode(bits);
        if (word.state != SlotState::free) return std::nullopt;
        word.owner = static_cast<std::uint16_t>(registry_.me());
        word.state = SlotState::loaned;
        if (!slot.control.compare_exchange(bits, word.encode())) return std::nullopt;
        slot.sent_ns.store(platform::now_coarse_ns(), std::memory_order_relaxed);
        return Held{index, word.encode()};
    };
    const std::uint32_t warm = control_.last_freed.load(std::memory_order_relaxed);  // a hint: any value is good
    if (warm < slots_.count())
        if (auto held = try_slot(warm)) return held;
    for (std::uint32_t index = 0; index < slots_.count(); ++index)
        if (auto held = try_slot(index)) return held;
    return std::nullopt;
}

void Handover::return_loan(const Held& loan) const noexcept {
    const SlotWord next = SlotWord::decode(loan.word).freed();
    if (slots_[loan.slot].control.compare_exchange(loan.word, next.encode())) ring_for(next, loan.slot);
}

result<void> Handover::commit(const Held& loan, bool awaited) const {
    SlotWord next = SlotWord::decode(loan.word);
    next.state = SlotState::ready;
    next.awaited = awaited;
    if (!slots_[loan.slot].control.compare_exchange(loan.word, next.encode())) return lost();
    // From here the message exists. Killed before link() is done, whoever recovers us links it.
    if (ring_.link(loan.slot, next.generation) != RingOutcome::ok)
        return Failure(Errc::damaged,
                       "the channel's queue contradicts itself; end all programs that use it and remove it");
    ring_for(next, loan.slot);
    return success();
}

bool Handover::is_mine(const SharedData& slot, std::uint64_t sequence) const noexcept {
    return slot.sender.load(std::memory_order_relaxed) == registry_.my_id() &&
           slot.sequence.load(std::memory_order_relaxed) == sequence;
}

result<bool> Handover::is_answered(std::uint32_t slot, std::uint64_t sequence) const {
    const SlotWord word = SlotWord::decode(slots_[slot].control.load());
    if (word.is_answered()) return is_mine(slots_[slot], sequence) ? result<bool>(true) : result<bool>(lost());
    if (word.state != SlotState::ready && word.state != SlotState::taken) return lost();
    return false;
}

Withdrawal Handover::withdraw(std::uint32_t slot, std::uint64_t sequence) const noexcept {
    SharedData& data = slots_[slot];
    for (int attempt = 0; attempt < patience; ++attempt) {
        const std::uint64_t bits = data.control.load();
        // Looked at before the word, these could still be ours when the word is already the next message's.
        if (!is_mine(data, sequence)) return Withdrawal::lost;
        SlotWord word = SlotWord::decode(bits);
        if (word.is_answered()) return Withdrawal::answered;
        if (word.state == SlotState::ready) {
            const SlotWord next = word.freed();
            if (!data.control.compare_exchange(bits, next.encode())) continue;
            control_.withdrawn.fetch_add(1, std::memory_order_relaxed);
            ring_for(next, slot);
            return Withdrawal::taken_back;
        }
        if (word.state != SlotState::taken) return Withdrawal::lost;
        word.awaited = false;
        if (data.control.compare_exchange(bits, word.encode())) return Withdrawal::left_to_receiver;
    }
    return Withdrawal::lost;
}

void Handover::abandon(std::uint32_t slot, std::uint64_t sequence) const noexcept {
    SharedData& data = slots_[slot];
    for (int attempt = 0; attempt < patience; ++attempt) {
        const std::uint64_t bits = data.control.load();
        if (!is_mine(data, sequence)) return;  // after the word, as in withdraw()
        SlotWord word = SlotWord::decode(bits);
        if (word.is_answered()) return release(slot, sequence);
        if (word.state != SlotState::ready && word.state != SlotState::taken) return;
        word.awaited = false;
        if (data.control.compare_exchange(bits, word.encode())) return;
    }
}

void Handover::release(std::uint32_t slot, std::uint64_t sequence) const noexcept {
    SharedData& data = slots_[slot];
    const std::uint64_t bits = data.control.load();
    const SlotWord word = SlotWord::decode(bits);
    if (!word.is_answered() || !is_mine(data, sequence)) return;
    const SlotWord next = word.freed();
    if (data.control.compare_exchange(bits, next.encode())) ring_for(next, slot);
}

// ---- receiver -------------------------------------------------------------------------------------------------------

result<void> Handover::answer(const Held& request, SlotState outcome) const {
    SharedData& slot = slots_[request.slot];
    const std::uint32_t generation = SlotWord::decode(request.word).generation;
    slot.answered_ns.store(platform::now_ns(), std::memory_order_relaxed);
    for (int attempt = 0; attempt < patience; ++attempt) {
        const std::uint64_t bits = slot.control.load();
        const SlotWord word = SlotWord::decode(bits);
        if (word.state != SlotState::taken || word.owner != registry_.me() || word.generation != generation)
            return lost();
        SlotWord next = word.freed();
        const std::uint32_t sender = participants::index_of(slot.sender.load(std::memory_order_relaxed));
        if (word.awaited && sender < registry_.count()) {
            next = word;
            next.owner = static_cast<std::uint16_t>(sender);
            next.state = outcome;
        }
        if (!slot.control.compare_exchange(bits, next.encode())) continue;  // the sender stopped waiting just now
        if (outcome == SlotState::failed) control_.failed.fetch_add(1, std::memory_order_relaxed);
        ring_for(next, request.slot);
        return success();
    }
    return lost();
}

/// What a taken slot becomes when its receiver lets go of it, alive or dead.
SlotWord Handover::without_answer(SlotWord taken, const SharedData& slot) const noexcept {
    const std::uint32_t sender = participants::index_of(slot.sender.load(std::memory_order_relaxed));
    SlotWord next = taken;
    if (taken.deliveries < 255) ++next.deliveries;
    const bool too_often = settings_.max_deliveries != 0 && next.deliveries >= settings_.max_deliveries;
    if (settings_.in_place || too_often) {
        if (!taken.awaited || sender >= registry_.count()) return taken.freed();
        next.owner = static_cast<std::uint16_t>(sender);
        next.state = settings_.in_place ? SlotState::failed : SlotState::given_up;
        return next;
    }
    next.state = SlotState::ready;  // the owner stays: it, or its recoverer, links the slot again
    ++next.generation;
    return next;
}

void Handover::count_end_without_answer(const SlotWord& next) const noexcept {
    auto& counter = next.state == SlotState::ready ? control_.redelivered
                    : settings_.in_place           ? control_.failed
                                                   : control_.given_up;
    counter.fetch_add(1, std::memory_order_relaxed);
}

void Handover::give_back(const Held& request) const noexcept {
    SharedData& slot = slots_[request.slot];
    const std::uint32_t generation = SlotWord::decode(request.word).generation;
    if (settings_.in_place) set_reason(slot, "the receiver dropped it while editing in place: it may be half edited");
    for (int attempt = 0; attempt < patience; ++attempt) {
        const std::uint64_t bits = slot.control.load();
        const SlotWord word = SlotWord::decode(bits);
        if (word.state != SlotState::taken || word.owner != registry_.me() || word.generation != generation) return;
        const SlotWord next = without_answer(word, slot);
        if (!slot.control.compare_exchange(bits, next.encode())) continue;
        count_end_without_answer(next);
        if (next.state == SlotState::ready) ring_.link(request.slot, next.generation);
        ring_for(next, request.slot);
        return;
    }
}

// ---- whoever cleans up ----------------------------------------------------------------------------------------------

void Handover::recover(std::uint32_t dead) const noexcept {
    bool ring_works = true;
    for (std::uint32_t index = 0; index < slots_.count(); ++index) {
        int step = 0;
        while (step < patience && recover_step(index, dead, ring_works)) ++step;
    }
}

/// Moves one slot one step on if `dead` has to do with it. False: nothing left to do. A ring that contradicts itself is
/// tried once, not for every slot: each try goes to the end of its patience.
bool Handover::recover_step(std::uint32_t index, std::uint32_t dead, bool& ring_works) const noexcept {
    SharedData& slot = slots_[index];
    const std::uint64_t bits = slot.control.load();
    SlotWord word = SlotWord::decode(bits);
    const bool under_way = word.state == SlotState::ready || word.state == SlotState::taken;
    if (under_way && word.awaited && participants::index_of(slot.sender.load(std::memory_order_relaxed)) == dead) {
        word.awaited = false;  // sent stays sent, but nobody waits for the answer any more
        slot.control.compare_exchange(bits, word.encode());
        return true;
    }
    if (word.owner != dead || word.state == SlotState::free) return false;
    if (word.state == SlotState::ready) {
        // Only the dead one or its recoverer, which is us, links this slot: if no cell names it now, none will.
        const bool linked = ring_.names(index, word.generation);
        if (slot.control.load() != bits) return true;  // taken or withdrawn while we looked
        if (!linked && ring_works) ring_works = ring_.link(index, word.generation) == RingOutcome::ok;
        return false;
    }
    SlotWord next = word.freed();
    if (word.state == SlotState::taken) {
        if (settings_.in_place) set_reason(slot, "the receiver died while editing in place: it may be half edited");
        next = without_answer(word, slot);
    }
    if (!slot.control.compare_exchange(bits, next.encode())) return true;
    if (word.state == SlotState::taken) count_end_without_answer(next);
    return true;
}

/// Wakes those for whom the slot's new state is news.
void Handover::ring_for(const SlotWord& next, std::uint32_t slot) const noexcept {
    switch (next.state) {
        case SlotState::ready:
            control_.ready.notify_all();
            break;
        case SlotState::free:
            control_.last_freed.store(slot, std::memory_order_relaxed);
            control_.freed.notify_all();
            break;
        case SlotState::processed:
        case SlotState::failed:
        case SlotState::given_up:
            registry_.entry(next.owner).answered.notify_all();
            break;
        case SlotState::loaned:
        case SlotState::taken:
        case SlotState::published:
            break;
    }
}

}  // namespace handoff::channel
