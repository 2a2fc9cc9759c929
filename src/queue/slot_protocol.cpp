#include "queue/slot_protocol.hpp"

#include <algorithm>

#include "platform/cpu.hpp"

namespace handoff::detail::queue {

using slot::SharedData;
using slot::SlotState;
using slot::SlotWord;

namespace {

/// An exchange on a held slot fails only because a sender stops waiting, once; more means a hostile writer.
constexpr int max_attempts = 1000;

}  // namespace

Failure failure_of(Outcome outcome) {
    if (outcome == Outcome::damaged)
        return {Errc::damaged, "the channel's queue contradicts itself; end all programs that use it and remove it"};
    return {
        Errc::ownership_lost,
        "the slot is not ours any more: some process wrote into the segment against the protocol. Its bytes cannot be "
        "trusted; end all programs that use it and remove it"};
}

void set_reason(SharedData& slot, std::string_view reason) noexcept {
    std::fill(std::begin(slot.reason), std::end(slot.reason), '\0');
    reason.copy(slot.reason, sizeof slot.reason - 1);
}

// ---- sender ---------------------------------------------------------------------------------------------------------

std::optional<Held> SlotProtocol::try_loan(std::uint32_t index) const noexcept {
    SharedData& slot = slots_[index];
    const std::uint64_t word = slot.control.load();
    if (SlotWord::state_of(word) != SlotState::free) return std::nullopt;
    const std::uint64_t loaned = SlotWord::held(word, registry_.me(), SlotState::loaned);
    if (!slot.control.compare_exchange(word, loaned)) return std::nullopt;
    // Pairs with the acquire fence of an observer that copies the payload: if it copied a byte that is written from
    // here on, it sees that the slot is on loan.
    std::atomic_thread_fence(std::memory_order_release);
    return Held{index, loaned};
}

std::optional<Held> SlotProtocol::try_reuse_hint() const noexcept {
    // Pairs with remember_reuse_hint(): a sender that takes a slot from here sees it free.
    const std::uint32_t hint = control_.last_freed.exchange(ChannelControl::no_slot, std::memory_order_acq_rel);
    return hint < slots_.count() ? try_loan(hint) : std::nullopt;
}

/// A slot that is free according to the map. Each try clears a bit, so that a stale bit costs one check.
std::optional<Held> SlotProtocol::try_hinted_slot() const noexcept {
    for (std::uint32_t tries = 0; tries < slots_.count(); ++tries) {
        const auto slot = free_.take();
        if (!slot) return std::nullopt;
        if (auto held = try_loan(*slot)) return held;
    }
    return std::nullopt;
}

/// The slot freed last is the next one loaned; the one that it displaces goes into the map.
void SlotProtocol::remember_reuse_hint(std::uint32_t slot) const noexcept {
    if (slots_.are_small()) return;
    // Pairs with itself and with try_reuse_hint(): a thread that takes a slot from here sees it free.
    const std::uint32_t displaced = control_.last_freed.exchange(slot, std::memory_order_acq_rel);
    if (displaced < slots_.count()) free_.put(displaced);
}

/// Prefetches a slot that will be loaned soon. Not while slots are scarce: the lines would be taken away from the
/// receivers.
void SlotProtocol::prefetch_next(std::uint32_t index, bool scarce) const noexcept {
    constexpr std::uint32_t distance = 24, pause = 256;  // measured
    const std::uint32_t before = loans_to_pause_.load(std::memory_order_relaxed);
    if (scarce) loans_to_pause_.store(pause, std::memory_order_relaxed);
    if (before != 0 && !scarce) loans_to_pause_.store(before - 1, std::memory_order_relaxed);
    if (before != 0 || scarce) return;
    const std::uint32_t soon = index + std::min(distance, slots_.count() / 4);
    const std::uint32_t other = soon < slots_.count() ? soon : soon - slots_.count();
    if (other == index) return;
    platform::prefetch_to_change(&slots_[other].control);
    platform::prefetch_to_change(slots_[other].data);
}

/// The next one, or nothing: a few checks.
std::optional<Held> SlotProtocol::next_loan() const noexcept {
    if (!slots_.are_small()) {
        auto held = try_reuse_hint();
        return held ? held : try_hinted_slot();
    }
    const std::uint32_t index = next_slot_.load(std::memory_order_relaxed);
    auto held = try_loan(index);
    if (held) next_slot_.store(index + 1 < slots_.count() ? index + 1 : 0, std::memory_order_relaxed);
    prefetch_next(index, !held);
    return held;
}

std::optional<Held> SlotProtocol::loan() const noexcept {
    if (auto held = next_loan()) return held;
    const std::uint32_t count = slots_.count();
    const std::uint32_t first = slots_.are_small() ? next_slot_.load(std::memory_order_relaxed) : 0;
    // Full, or a participant died with a slot that has no hint: check the slots themselves.
    for (std::uint32_t step = 0; step < count; ++step) {
        const std::uint32_t index = first + step < count ? first + step : first + step - count;
        auto held = try_loan(index);
        if (!held) continue;
        next_slot_.store(index + 1 < count ? index + 1 : 0, std::memory_order_relaxed);
        return held;
    }
    return std::nullopt;
}

std::size_t SlotProtocol::loan_next(std::span<Held> held) const noexcept {
    std::size_t count = 0;
    while (count < held.size()) {
        const auto next = next_loan();
        if (!next) break;
        held[count++] = *next;
    }
    return count;
}

std::optional<Held> SlotProtocol::fast_loan() const noexcept {
    if (auto held = next_loan()) return held;
    const std::uint32_t other = next_check_.load(std::memory_order_relaxed) % slots_.count();
    next_check_.store(other + 1, std::memory_order_relaxed);
    return try_loan(other);
}

void SlotProtocol::return_loan(const Held& loan) const noexcept {
    const SlotWord next = SlotWord::decode(loan.word).freed();
    if (slots_[loan.slot].control.load() != loan.word) return;
    slots_[loan.slot].control.store(next.encode());  // only its living owner changes a loan
    notify_for(next, loan.slot);
}

Outcome SlotProtocol::commit(const Held& loan, bool awaited) const noexcept {
    sync::SharedWord& control = slots_[loan.slot].control;
    if (control.load() != loan.word) return Outcome::ownership_lost;
    control.store_release(SlotWord::ready(loan.word, awaited));  // only its living owner changes a loan
    // From here the message exists. If killed before link() is done, recovery links it.
    return ring_.link(loan.slot, SlotWord::generation_of(loan.word)) == RingOutcome::ok ? Outcome::ok
                                                                                        : Outcome::damaged;
}

bool SlotProtocol::is_mine(const SharedData& slot, std::uint64_t sequence) const noexcept {
    return slot.sender.load(std::memory_order_relaxed) == registry_.my_id() &&
           slot.sequence.load(std::memory_order_relaxed) == sequence;
}

Outcome SlotProtocol::is_answered(std::uint32_t slot, std::uint64_t sequence) const noexcept {
    const SlotWord word = SlotWord::decode(slots_[slot].control.load());
    if (word.is_answered()) return is_mine(slots_[slot], sequence) ? Outcome::ok : Outcome::ownership_lost;
    if (word.state != SlotState::ready && word.state != SlotState::taken) return Outcome::ownership_lost;
    return Outcome::not_yet;
}

Withdrawal SlotProtocol::withdraw(std::uint32_t slot, std::uint64_t sequence) const noexcept {
    SharedData& data = slots_[slot];
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const std::uint64_t bits = data.control.load();
        // Checked before the word, these could still match when the word is already the next message's.
        if (!is_mine(data, sequence)) return Withdrawal::lost;
        SlotWord word = SlotWord::decode(bits);
        if (word.is_answered()) return Withdrawal::answered;
        if (word.state == SlotState::ready) {
            const SlotWord next = word.freed();
            if (!data.control.compare_exchange(bits, next.encode())) continue;
            control_.withdrawn.fetch_add(1, std::memory_order_relaxed);
            notify_for(next, slot);
            return Withdrawal::taken_back;
        }
        if (word.state != SlotState::taken) return Withdrawal::lost;
        word.awaited = false;
        if (data.control.compare_exchange(bits, word.encode())) return Withdrawal::left_to_receiver;
    }
    return Withdrawal::lost;
}

void SlotProtocol::abandon(std::uint32_t slot, std::uint64_t sequence) const noexcept {
    SharedData& data = slots_[slot];
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const std::uint64_t bits = data.control.load();
        if (!is_mine(data, sequence)) return;  // after the word, as in withdraw()
        SlotWord word = SlotWord::decode(bits);
        if (word.is_answered()) return release(slot, sequence);
        if (word.state != SlotState::ready && word.state != SlotState::taken) return;
        word.awaited = false;
        if (data.control.compare_exchange(bits, word.encode())) return;
    }
}

void SlotProtocol::release(std::uint32_t slot, std::uint64_t sequence) const noexcept {
    SharedData& data = slots_[slot];
    const std::uint64_t bits = data.control.load();
    const SlotWord word = SlotWord::decode(bits);
    if (!word.is_answered() || !is_mine(data, sequence)) return;
    const SlotWord next = word.freed();
    data.control.store(next.encode());  // only its living sender changes an answer
    notify_for(next, slot);
}

// ---- receiver -------------------------------------------------------------------------------------------------------

Outcome SlotProtocol::answer(const Held& request, SlotState how, Notify notify) const noexcept {
    SharedData& slot = slots_[request.slot];
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const std::uint64_t word = slot.control.load();
        if (!SlotWord::is_held(word, registry_.me(), SlotState::taken) ||
            SlotWord::generation_of(word) != SlotWord::generation_of(request.word))
            return Outcome::ownership_lost;
        if ((word & SlotWord::awaited_bit) == 0) {  // no other process changes it: a sender can only stop waiting
            free_taken(request.slot, word, how, notify);
            return Outcome::ok;
        }
        if (pass_on(request.slot, word, how)) return Outcome::ok;  // else the sender has just stopped waiting
    }
    return Outcome::ownership_lost;
}

/// Nobody waits for the answer.
void SlotProtocol::free_taken(std::uint32_t slot, std::uint64_t word, SlotState how, Notify notify) const noexcept {
    if (notify == Notify::later)
        slots_[slot].control.store_release(SlotWord::freed(word));
    else
        slots_[slot].control.store(SlotWord::freed(word));
    if (how == SlotState::failed) control_.failed.fetch_add(1, std::memory_order_relaxed);
    remember_reuse_hint(slot);
    if (notify == Notify::now) notify_freed(1);
}

/// To the sender that waits for the answer. False: the word has changed.
bool SlotProtocol::pass_on(std::uint32_t slot, std::uint64_t word, SlotState how) const noexcept {
    SharedData& data = slots_[slot];
    const std::uint32_t sender = participants::index_of(data.sender.load(std::memory_order_relaxed));
    const bool exists = sender < registry_.count();  // otherwise a hostile process wrote it
    if (!data.control.compare_exchange(word, exists ? SlotWord::held(word, sender, how) : SlotWord::freed(word)))
        return false;
    if (how == SlotState::failed) control_.failed.fetch_add(1, std::memory_order_relaxed);
    if (exists) {
        answered(sender).notify_all();
    } else {
        remember_reuse_hint(slot);
        notify_freed(1);
    }
    return true;
}

void SlotProtocol::notify_answered(std::uint32_t count) const noexcept {
    // The slots were freed by release stores: pairs with the fetch_or and the check of a waiter, as a seq_cst store
    // would.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    notify_freed(count);
}

/// The next word of a taken slot whose receiver gives it back or died.
SlotWord SlotProtocol::without_answer(SlotWord taken, const SharedData& slot) const noexcept {
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
    next.state = SlotState::ready;  // the owner stays: it, or its recovery, links the slot again
    ++next.generation;
    return next;
}

void SlotProtocol::count_end_without_answer(const SlotWord& next) const noexcept {
    auto& counter = next.state == SlotState::ready ? control_.redelivered
                    : settings_.in_place           ? control_.failed
                                                   : control_.given_up;
    counter.fetch_add(1, std::memory_order_relaxed);
}

void SlotProtocol::give_back(const Held& request) const noexcept {
    SharedData& slot = slots_[request.slot];
    const std::uint32_t generation = SlotWord::decode(request.word).generation;
    if (settings_.in_place) set_reason(slot, "the receiver dropped it while editing in place: it may be half edited");
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const std::uint64_t bits = slot.control.load();
        const SlotWord word = SlotWord::decode(bits);
        if (word.state != SlotState::taken || word.owner != registry_.me() || word.generation != generation) return;
        const SlotWord next = without_answer(word, slot);
        if (!slot.control.compare_exchange(bits, next.encode())) continue;
        count_end_without_answer(next);
        if (next.state == SlotState::ready) ring_.link(request.slot, next.generation);
        notify_for(next, request.slot);
        return;
    }
}

// ---- recovery -------------------------------------------------------------------------------------------------------

/// The state of one recovery. In the recovering process only: it may be lost with it.
struct SlotProtocol::Recovery {
    explicit Recovery(std::uint32_t dead_one) noexcept : dead(dead_one) {}

    std::uint32_t dead;
    bool ring_works = true;  ///< one that contradicts itself is tried once: each try makes all its attempts
    bool looked = false;
    SlotSet linked;  ///< once looked: the dead participant's slots that a cell named
};

void SlotProtocol::recover(std::uint32_t dead) const noexcept {
    Recovery recovery(dead);
    for (std::uint32_t index = 0; index < slots_.count(); ++index) {
        int step = 0;
        while (step < max_attempts && recover_step(index, recovery)) ++step;
    }
}

/// True if a ready slot of the dead participant was linked before its death.
///
/// One scan of all cells serves the whole recovery, although others take, withdraw and link meanwhile. Only the dead
/// participant and its recovery (one process at a time: it holds the byte) make a slot of that owner ready and link it.
/// So (1) a slot that was ready and the dead one's during the scan is so in the same generation now, and if it was
///   linked at all, then before the scan: its cell names it until it is taken. A cell that moves a round ahead stays
///   where it is;
/// (2) a slot that was not so then is so now because this recovery has just taken it from the dead participant, in a
///   new generation that no process has linked. It carries no mark, since the scan marks ready slots only.
/// If killed in between, the next recovery scans again and finds the cells that this one filled.
bool SlotProtocol::was_linked(std::uint32_t index, Recovery& recovery) const noexcept {
    if (!recovery.looked) ring_.mark_linked(recovery.dead, recovery.linked);
    recovery.looked = true;
    return recovery.linked.test(index);
}

/// Moves a slot one step on if it concerns the dead participant. False: nothing left to do.
bool SlotProtocol::recover_step(std::uint32_t index, Recovery& recovery) const noexcept {
    const std::uint32_t dead = recovery.dead;
    SharedData& slot = slots_[index];
    const std::uint64_t bits = slot.control.load();
    SlotWord word = SlotWord::decode(bits);
    const bool under_way = word.state == SlotState::ready || word.state == SlotState::taken;
    if (under_way && word.awaited && participants::index_of(slot.sender.load(std::memory_order_relaxed)) == dead) {
        word.awaited = false;  // it stays sent, but its answer is no longer awaited
        slot.control.compare_exchange(bits, word.encode());
        return true;
    }
    if (word.owner != dead || word.state == SlotState::free) return false;
    if (word.state == SlotState::ready) {
        // Only the dead participant or this recovery links this slot: if no cell names it now, none will.
        const bool linked = was_linked(index, recovery);
        if (slot.control.load() != bits) return true;  // taken or withdrawn during the check
        if (!linked && recovery.ring_works) recovery.ring_works = ring_.link(index, word.generation) == RingOutcome::ok;
        return false;
    }
    SlotWord next = word.freed();
    if (word.state == SlotState::taken) {
        if (settings_.in_place) set_reason(slot, "the receiver died while editing in place: it may be half edited");
        next = without_answer(word, slot);
    }
    if (!slot.control.compare_exchange(bits, next.encode())) return true;
    if (word.state == SlotState::taken) count_end_without_answer(next);
    if (next.state == SlotState::free && !slots_.are_small()) free_.put(index);
    return true;
}

/// Wakes one waiter that can use the slot's new state, or all that wait for it.
void SlotProtocol::notify_for(const SlotWord& next, std::uint32_t slot) const noexcept {
    switch (next.state) {
        case SlotState::ready:
            notify_committed(1);
            break;
        case SlotState::free:
            remember_reuse_hint(slot);
            notify_freed(1);
            break;
        case SlotState::processed:
        case SlotState::failed:
        case SlotState::given_up:
            answered(next.owner).notify_all();
            break;
        case SlotState::loaned:
        case SlotState::taken:
        case SlotState::published:
            break;
    }
}

}  // namespace handoff::detail::queue
