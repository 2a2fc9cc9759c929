#include "queue/random_walk.hpp"

#include <utility>

namespace handoff::detail::queue {

using participants::Role;

// ---- life and death -------------------------------------------------------------------------------------------------

void RandomWalk::join(Participant& participant) {
    // join() recovers the dead in the places that it looks at, and then all others: places below the new one first.
    std::vector<std::uint64_t> dead;
    for (Participant& other : participants_) {
        if (other.unrecovered != 0) dead.push_back(std::exchange(other.unrecovered, 0));
    }
    // Every place below the first dead one is alive, so the order of places is the order of recovery.
    for (const std::uint64_t number : dead) recover_in_model(number);
    participant.number = ++players_;
    participant.player = std::make_unique<Player>(board_, pick(2) == 0 ? Role::sender : Role::receiver);
}

void RandomWalk::revive(Participant& participant) {
    // A player joins in the first place that nobody lives in: let that be the participant's own.
    for (Participant& other : participants_) {
        if (other.player == nullptr) return join(other);
    }
    join(participant);
}

void RandomWalk::die(Participant& participant) {
    ++deaths_;
    participant.player.reset();
    participant.unrecovered = participant.number;
}

void RandomWalk::survivors_reap() {
    for (Participant& participant : participants_) {
        if (participant.player == nullptr) continue;
        for (Participant& dead : participants_)
            if (dead.unrecovered != 0) recover_in_model(std::exchange(dead.unrecovered, 0));
        participant.player->reap();
        return;
    }
}

void RandomWalk::recover_in_model(std::uint64_t dead) {
    recovering_ = true;
    for (std::uint32_t slot = 0; slot < board_.shape().slots; ++slot) {
        const auto found = messages_.find(slot);
        if (found == messages_.end()) continue;
        ModelMessage& message = found->second;
        const bool under_way = message.state == SlotState::ready || message.state == SlotState::taken;
        if (message.sender == dead && under_way) message.awaited = false;
        if (message.sender == dead && !under_way) {
            end(slot);
            continue;
        }
        if (message.state == SlotState::taken && message.receiver == dead) end_without_answer(slot, true);
        const auto unlinked = unlinked_.find(slot);
        if (unlinked != unlinked_.end() && unlinked->second == dead) {
            queue_.push(slot);
            unlinked_.erase(unlinked);
        }
    }
    recovering_ = false;
}

void RandomWalk::end_without_answer(std::uint32_t slot, bool link) {
    const auto& settings = board_.shape().settings;
    ModelMessage& message = messages_.at(slot);
    ++message.deliveries;
    const bool too_often = settings.max_deliveries != 0 && message.deliveries >= settings.max_deliveries;
    if (!settings.in_place && !too_often) {
        ++redelivered_;
        message.state = SlotState::ready;
        if (link) queue_.push(slot);
        return;
    }
    ++(settings.in_place ? failed_ : given_up_);
    if (!message.awaited) return end(slot);
    message.state = settings.in_place ? SlotState::failed : SlotState::given_up;
}

// ---- what the living do ---------------------------------------------------------------------------------------------

void RandomWalk::loan(Participant& participant) {
    const std::size_t used = messages_.size();
    if (used == board_.shape().slots) {
        BOOST_TEST_REQUIRE(!(*participant.player)->loan().has_value());
        return;
    }
    const Held loan = participant.player->prepare(++ids_);
    BOOST_TEST_REQUIRE(messages_.count(loan.slot) == 0U);
    if (!board_.slots().are_small() && last_freed_ != ChannelControl::no_slot && messages_.count(last_freed_) == 0)
        BOOST_TEST_REQUIRE(loan.slot == last_freed_);
    messages_[loan.slot] = {ids_, SlotState::loaned, participant.number, 0, false, 0};
    if (pick(5) == 0) {
        (*participant.player)->return_loan(loan);
        end(loan.slot);
    }
}

void RandomWalk::commit(Participant& participant) {
    const auto slot = slot_where(
        [&](const ModelMessage& m) { return m.state == SlotState::loaned && m.sender == participant.number; });
    if (!slot) return;
    ModelMessage& message = messages_.at(*slot);
    message.awaited = pick(2) == 0;
    message.state = SlotState::ready;
    ++sent_;
    BOOST_TEST_REQUIRE(((*participant.player)->commit(held(*slot), message.awaited) == Outcome::ok));
    queue_.push(*slot);
}

void RandomWalk::take(Participant& participant) {
    const Claim claim = (*participant.player)->take();
    const auto expected = queue_.front();
    BOOST_TEST_REQUIRE((claim.outcome == RingOutcome::ok) == expected.has_value());
    if (!expected) return;
    BOOST_TEST_REQUIRE(claim.slot == *expected);
    queue_.remove(*expected);
    messages_.at(*expected).state = SlotState::taken;
    messages_.at(*expected).receiver = participant.number;
}

void RandomWalk::answer(Participant& participant) {
    const auto slot = slot_where(
        [&](const ModelMessage& m) { return m.state == SlotState::taken && m.receiver == participant.number; });
    if (!slot) return;
    const SlotState outcome = pick(4) == 0 ? SlotState::failed : SlotState::processed;
    BOOST_TEST_REQUIRE(((*participant.player)->answer(held(*slot), outcome) == Outcome::ok));
    if (outcome == SlotState::failed) ++failed_;
    if (!messages_.at(*slot).awaited) return end(*slot);
    messages_.at(*slot).state = outcome;
}

void RandomWalk::give_back(Participant& participant) {
    const auto slot = slot_where(
        [&](const ModelMessage& m) { return m.state == SlotState::taken && m.receiver == participant.number; });
    if (!slot) return;
    (*participant.player)->give_back(held(*slot));
    end_without_answer(*slot, true);
}

void RandomWalk::stop_waiting(Participant& participant) {
    const auto slot = slot_where([&](const ModelMessage& m) { return m.awaited && m.sender == participant.number; });
    if (!slot) return;
    ModelMessage& message = messages_.at(*slot);
    const bool unread = message.state == SlotState::ready, taken = message.state == SlotState::taken;
    if (pick(2) == 0) {
        (*participant.player)->abandon(*slot, message.id);
        if (!unread && !taken) return end(*slot);
        message.awaited = false;
        return;
    }
    const Withdrawal outcome = (*participant.player)->withdraw(*slot, message.id);
    BOOST_TEST_REQUIRE(outcome == (unread  ? Withdrawal::taken_back
                                   : taken ? Withdrawal::left_to_receiver
                                           : Withdrawal::answered));
    if (taken) message.awaited = false;
    if (!unread) return;
    ++withdrawn_;
    queue_.remove(*slot);
    unlinked_.erase(*slot);
    end(*slot);
}

void RandomWalk::collect(Participant& participant) {
    const auto slot = slot_where([&](const ModelMessage& m) { return m.awaited && m.sender == participant.number; });
    if (!slot) return;
    const ModelMessage message = messages_.at(*slot);
    const bool answered = message.state != SlotState::ready && message.state != SlotState::taken;
    BOOST_TEST_REQUIRE(((*participant.player)->is_answered(*slot, message.id) == Outcome::ok) == answered);
    (*participant.player)->release(*slot, message.id);  // has no effect before the answer is there
    if (answered) end(*slot);
}

/// One instruction of the protocol, and the player that did it is killed before the next.
void RandomWalk::interrupted_step(Participant& participant) {
    const std::uint32_t kind = pick(4);
    const auto mine = slot_where([&](const ModelMessage& m) {
        return kind < 2 ? m.state == SlotState::loaned && m.sender == participant.number
                        : m.state == SlotState::taken && m.receiver == participant.number;
    });
    if (kind < 2 && mine) {  // commit(), without link() or without moving the tail
        SlotWord ready = board_.word(*mine);
        ready.state = SlotState::ready;
        ready.awaited = messages_.at(*mine).awaited = true;
        board_.set(*mine, ready);
        messages_.at(*mine).state = SlotState::ready;
        ++sent_;
        if (kind == 0) unlinked_[*mine] = participant.number;
        if (kind == 1) board_.fill_cell_without_moving_tail(*mine);
        if (kind == 1) queue_.push(*mine);
        return die(participant);
    }
    if (kind == 2 && mine && board_.shape().settings.max_deliveries == 0) {  // give_back() without link()
        SlotWord ready = board_.word(*mine);
        ready.state = SlotState::ready;
        ++ready.generation;
        ++ready.deliveries;
        board_.set(*mine, ready);
        board_.control().redelivered.fetch_add(1);
        end_without_answer(*mine, false);
        unlinked_[*mine] = participant.number;
        return die(participant);
    }
    const auto oldest = queue_.front();
    if (kind != 3 || !oldest) return;  // take(), without clearing the cell
    board_.claim_without_passing(*oldest, participant.player->index());
    queue_.remove(*oldest);
    messages_.at(*oldest).state = SlotState::taken;
    messages_.at(*oldest).receiver = participant.number;
    die(participant);
}

}  // namespace handoff::detail::queue
