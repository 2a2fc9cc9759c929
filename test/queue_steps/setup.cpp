#include "queue_steps/setup.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

namespace handoff::detail::queue {

using slot::SlotState;
using slot::SlotWord;

Setup::Setup() {
    board.start_at(13);  // in the middle of a round
    for (const std::uint64_t message : {3U, 2U, 1U}) {
        send(*sender, message, true);
        if (message == 3U) take_and_answer(other_receiver);
        if (message == 2U) in_hand_ = receiver->take();
    }
    send(other_sender, 4, false);
    checker_.begin();
}

void Setup::send(Player& player, std::uint64_t message, bool awaited) {
    const auto held = player->loan();
    if (!held) return;
    auto& slot = board.slots()[held->slot];
    slot.sender.store(player.registry().my_id());
    slot.sequence.store(message);
    board.write(held->slot, message);
    Fate& fate = fates_[message];
    fate.slot = held->slot;
    ++fate.in_doubt;
    BOOST_TEST_REQUIRE((player->commit(*held, awaited) == Outcome::ok));
    player->notify_committed(1);
    --fate.in_doubt;
    fate.sent = true;
}

void Setup::answer(Player& player, const Held& request) {
    Fate& fate = fates_.at(board.read(request.slot));
    ++fate.in_doubt;
    BOOST_TEST_REQUIRE((player->answer(request, SlotState::processed) == Outcome::ok));
    --fate.in_doubt;
    ++fate.answered;
}

bool Setup::take_and_answer(Player& player) {
    const Claim claim = player->take();
    BOOST_TEST_REQUIRE(claim.outcome != RingOutcome::damaged);
    if (claim.outcome == RingOutcome::empty) return false;
    answer(player, {claim.slot, claim.word});
    return true;
}

void Setup::take_and_answer_all(Player& player) {
    constexpr int too_many = 1000;
    for (int rounds = 0; take_and_answer(player); ++rounds)
        BOOST_TEST_REQUIRE(rounds < too_many, "there is always something to take");
}

void Setup::take_and_give_back(Player& player) {
    const Claim claim = player->take();
    BOOST_TEST_REQUIRE(claim.outcome != RingOutcome::damaged);
    if (claim.outcome == RingOutcome::ok) player->give_back({claim.slot, claim.word});
}

void Setup::take_all(Player& player) {
    for (Claim claim = player->take(); claim.outcome == RingOutcome::ok; claim = player->take())
        others_in_hand_.push_back({claim.slot, claim.word});
}

std::vector<std::uint64_t> Setup::words() const {
    std::vector<std::uint64_t> words;
    for (std::uint32_t slot = 0; slot < board.shape().slots; ++slot) words.push_back(board.word(slot).encode());
    return words;
}

void Setup::withdraw(std::uint64_t message) {
    Fate& fate = fates_.at(message);
    ++fate.in_doubt;
    const Withdrawal outcome = (*sender)->withdraw(fate.slot, message);
    --fate.in_doubt;
    const bool may_be_gone = fate.withdrawn > 0 || fate.in_doubt > 0;  // somebody else ended it, or is about to say so
    BOOST_TEST_REQUIRE((outcome != Withdrawal::lost || may_be_gone), "its own request is not there any more");
    if (outcome == Withdrawal::taken_back) ++fate.withdrawn;
}

void Setup::return_a_loan(Player& player) {
    if (const auto held = player->loan()) player->return_loan(*held);
}

bool Setup::pass(Actor& actor, int stops) {
    for (int stop = 0; stop < stops; ++stop) {
        const bool goes_on = actor.step();
        checker_.look();
        if (!goes_on) return false;
    }
    return true;
}

void Setup::finish(Actor& actor) {
    constexpr int too_many = 100'000;
    BOOST_TEST_REQUIRE((actor.has_ended() || !pass(actor, too_many)), "it does not come to an end");
}

void Setup::act(std::function<void()> function) {
    Actor actor(std::move(function));
    finish(actor);
}

void Setup::laps(int count) {
    for (int lap = 0; lap < count; ++lap) {
        act([this] { send(other_sender, next_message_++, false); });
        act([this] { take_and_answer(other_receiver); });
    }
}

void Setup::recover_the_dead() {
    for (bool found = true; found;) act([this, &found] { found = other_sender.reap(); });
}

/// A request that is no longer awaited was freed by its answer; the rest is freed by its sender.
void Setup::collect_answers() {
    for (std::uint32_t slot = 0; slot < board.shape().slots; ++slot) {
        const SlotWord word = board.word(slot);
        if (!word.is_answered()) continue;
        const bool by_other = word.owner == other_sender.index();
        BOOST_TEST_REQUIRE((by_other || (sender && word.owner == sender->index())), "an answer to the dead is left");
        act([&, slot] { (by_other ? other_sender : *sender)->release(slot, board.read(slot)); });
    }
}

void Setup::settle_the_requests_in_hand() {
    for (const Held& request : others_in_hand_) act([&] { answer(other_receiver, request); });
    if (!receiver) return;
    const SlotWord word = board.word(in_hand_.slot), taken = SlotWord::decode(in_hand_.word);
    if (word.state != SlotState::taken || word.owner != taken.owner || word.generation != taken.generation) return;
    act([this] { answer(*receiver, in_hand_); });
}

void Setup::read_everything() {
    act([this] { take_and_answer_all(other_receiver); });
    collect_answers();
    BOOST_TEST_REQUIRE(board.count(SlotState::free) == board.shape().slots);
}

void Setup::audit() {
    settle_the_requests_in_hand();
    recover_the_dead();
    read_everything();
    for (std::uint32_t lap = 0; lap < board.shape().cells + 2; ++lap) {  // not step by step: this is only to be quick
        send(other_sender, next_message_++, false);
        take_and_answer(other_receiver);
        BOOST_TEST_REQUIRE(!other_receiver->was_ready());
    }
    BOOST_TEST_REQUIRE(board.count(SlotState::free) == board.shape().slots);
    for (const auto& [message, fate] : fates_) {
        const int ends = fate.answered + fate.withdrawn;
        const bool good = fate.in_doubt > 0 ? ends <= 1 : ends == (fate.sent ? 1 : 0);
        BOOST_TEST_REQUIRE(good, "message " << message << " ended " << ends << " times");
    }
}

}  // namespace handoff::detail::queue
