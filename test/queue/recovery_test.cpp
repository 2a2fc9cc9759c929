// What a survivor does for the dead: for a death in every state, between any two instructions, once, twice, and with a
// recoverer that dies as well.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>

#include "queue/board.hpp"

namespace recovery_test {

using namespace handoff::detail::queue;
using handoff::detail::participants::EntryWord;
using handoff::detail::participants::Role;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;

struct Fixture {
    Board board;
    std::optional<Player> sender{std::in_place, board, Role::sender};
    std::optional<Player> receiver{std::in_place, board, Role::receiver};
    Player survivor{board, Role::receiver};

    explicit Fixture(const BoardShape& shape = {}) : board(shape) {}
    const SlotProtocol& sending() { return *sender->operator->(); }
    const SlotProtocol& receiving() { return *receiver->operator->(); }
    void kill(std::optional<Player>& player) {
        player.reset();
        BOOST_TEST(survivor.reap());
        BOOST_TEST(!survivor.reap());
    }
    void check_all_free() { BOOST_TEST(board.count(SlotState::free) == board.shape().slots); }
    void check_nothing_to_take() { BOOST_TEST(survivor->take().outcome == RingOutcome::empty); }
    void check_delivered_once(std::uint64_t message, std::uint32_t deliveries_before) {
        const Held request = survivor.take();
        BOOST_TEST(board.read(request.slot) == message);
        BOOST_TEST(board.word(request.slot).deliveries == deliveries_before);
        BOOST_TEST((survivor->answer(request, SlotState::processed) == Outcome::ok));
        check_nothing_to_take();
    }
    /// give_back() killed between its exchange and its link.
    void give_back_without_linking(const Held& request) {
        SlotWord word = board.word(request.slot);
        word.state = SlotState::ready;
        ++word.generation;
        ++word.deliveries;
        board.set(request.slot, word);
    }
};

struct InPlace : Fixture {
    InPlace() : Fixture({.settings = {10, true, false}}) {}
};
struct OneDelivery : Fixture {
    OneDelivery() : Fixture({.settings = {1, false, false}}) {}
};

}  // namespace recovery_test

BOOST_FIXTURE_TEST_SUITE(recovery_test, Fixture)

BOOST_AUTO_TEST_CASE(the_living_are_left_alone) {
    sender->prepare(1);
    sender->send(2, true);
    receiver->take();
    const auto loaned = board.word(0).encode(), taken = board.word(1).encode();
    BOOST_TEST(!survivor.reap());
    BOOST_TEST(board.word(0).encode() == loaned);
    BOOST_TEST(board.word(1).encode() == taken);
}

BOOST_AUTO_TEST_CASE(a_loan_of_the_dead_is_given_back) {
    const Held loan = sender->prepare(1);
    kill(sender);
    check_all_free();
    BOOST_TEST(board.word(loan.slot).generation == SlotWord::decode(loan.word).generation + 1);
    check_nothing_to_take();
}

BOOST_AUTO_TEST_CASE(a_message_committed_and_not_linked_is_linked_once) {
    const Held loan = sender->prepare(1);
    SlotWord ready = SlotWord::decode(loan.word);
    ready.state = SlotState::ready;
    board.set(loan.slot, ready);
    kill(sender);
    survivor->recover(ready.owner);
    survivor->recover(ready.owner);
    BOOST_TEST(board.full_cells() == 1U);
    check_delivered_once(1, 0);
    check_all_free();
}

BOOST_AUTO_TEST_CASE(a_linked_message_is_not_linked_twice) {
    sender->send(1, true);
    sender->send(2, false);
    kill(sender);
    BOOST_TEST(board.full_cells() == 2U);
    BOOST_TEST(board.read(survivor.take().slot) == 1U);
    BOOST_TEST(board.read(survivor.take().slot) == 2U);
    check_nothing_to_take();
}

BOOST_AUTO_TEST_CASE(a_message_linked_without_moving_the_tail_is_not_linked_twice) {
    const Held loan = sender->prepare(1);
    SlotWord ready = SlotWord::decode(loan.word);
    ready.state = SlotState::ready;
    ready.awaited = true;
    board.set(loan.slot, ready);
    board.fill_cell_without_moving_tail(loan.slot);
    kill(sender);
    check_delivered_once(1, 0);
    check_all_free();
    check_nothing_to_take();
}

BOOST_AUTO_TEST_CASE(an_answer_to_the_dead_is_freed) {
    for (const SlotState outcome : {SlotState::processed, SlotState::failed}) {
        sender->send(1, true);
        BOOST_TEST((receiving().answer(receiver->take(), outcome) == Outcome::ok));
    }
    kill(sender);
    check_all_free();
}

BOOST_AUTO_TEST_CASE(a_request_in_the_hands_of_the_dead_is_delivered_again) {
    sender->send(1, true);
    sender->send(2, true);
    const Held request = receiver->take();
    kill(receiver);
    BOOST_TEST(board.control().redelivered.load() == 1U);
    BOOST_TEST(board.word(request.slot).generation == SlotWord::decode(request.word).generation + 1);
    BOOST_TEST(board.read(survivor.take().slot) == 2U);
    const Held again = survivor.take();
    BOOST_TEST(again.slot == request.slot);
    BOOST_TEST(board.word(again.slot).deliveries == 1);
    BOOST_TEST((survivor->answer(again, SlotState::processed) == Outcome::ok));
    BOOST_TEST((sending().is_answered(again.slot, 1) == Outcome::ok));
}

BOOST_AUTO_TEST_CASE(a_taker_that_died_before_it_cleared_the_cell_is_recovered) {
    const std::uint32_t slot = sender->send(1, true);
    board.claim_without_passing(slot, receiver->index());
    kill(receiver);
    check_delivered_once(1, 1);  // and the stale cell, still in the ring, delivers nothing
}

BOOST_AUTO_TEST_CASE(a_request_given_back_and_not_linked_is_linked_once) {
    sender->send(1, true);
    give_back_without_linking(receiver->take());
    kill(receiver);
    check_delivered_once(1, 1);
}

BOOST_AUTO_TEST_CASE(a_request_given_back_and_linked_is_not_linked_twice) {
    sender->send(1, true);
    receiving().give_back(receiver->take());
    const std::uint32_t links = board.full_cells();
    kill(receiver);
    BOOST_TEST(board.full_cells() == links);
    check_delivered_once(1, 1);
}

BOOST_AUTO_TEST_CASE(a_stale_cell_of_an_older_generation_does_not_hide_an_unlinked_message) {
    const std::uint32_t slot = sender->send(1, true);
    board.claim_without_passing(slot, receiver->index());  // its cell still names the old generation
    give_back_without_linking({slot, 0});
    kill(receiver);
    check_delivered_once(1, 1);
}

BOOST_AUTO_TEST_CASE(recovery_killed_after_it_queued_the_request_again_and_before_it_linked_it) {
    sender->send(1, true);
    const Held request = receiver->take();
    receiver.reset();
    give_back_without_linking(request);  // the word that recovery's first step leaves: the owner is still the dead one
    BOOST_TEST(survivor.reap());
    check_delivered_once(1, 1);
}

BOOST_AUTO_TEST_CASE(recovery_killed_after_it_linked_the_request) {
    sender->send(1, true);
    const Held request = receiver->take();
    receiver.reset();
    give_back_without_linking(request);
    BOOST_REQUIRE(board.ring().link(request.slot, board.word(request.slot).generation) == RingOutcome::ok);
    BOOST_TEST(survivor.reap());
    check_delivered_once(1, 1);
}

BOOST_AUTO_TEST_CASE(recovery_killed_after_it_stopped_the_waiting_of_one_request_of_three) {
    for (std::uint64_t message = 1; message <= 3; ++message) sender->send(message, true);
    sender.reset();
    SlotWord word = board.word(1);
    word.awaited = false;
    board.set(1, word);
    BOOST_TEST(survivor.reap());
    for (std::uint64_t message = 1; message <= 3; ++message) {
        const Held request = survivor.take();
        BOOST_TEST(board.read(request.slot) == message);
        BOOST_TEST((survivor->answer(request, SlotState::processed) == Outcome::ok));
    }
    check_all_free();
}

BOOST_AUTO_TEST_CASE(recovery_done_by_a_dead_recoverer_is_repeated_by_the_next_one) {
    sender->send(1, true);
    sender->send(2, true);
    receiver->take();
    const std::uint32_t dead = receiver->index();
    receiver.reset();
    survivor->recover(dead);  // ... and died before the entry became inactive
    BOOST_TEST(EntryWord::decode(board.entries()[dead].word.load()).active);
    BOOST_TEST(survivor.reap());
    BOOST_TEST(!EntryWord::decode(board.entries()[dead].word.load()).active);
    BOOST_TEST(board.control().redelivered.load() == 1U);
    BOOST_TEST(board.read(survivor.take().slot) == 2U);
    check_delivered_once(1, 1);
}

BOOST_AUTO_TEST_CASE(recovering_twice_changes_nothing) {
    sender->prepare(1);
    sender->send(2, true);
    sender->send(3, false);
    receiver->take();
    const std::uint32_t dead_sender = sender->index(), dead_receiver = receiver->index();
    sender.reset();
    receiver.reset();
    for (const std::uint32_t dead : {dead_sender, dead_receiver}) {
        survivor->recover(dead);
        std::uint64_t words[3];
        for (std::uint32_t slot = 0; slot < 3; ++slot) words[slot] = board.word(slot).encode();
        const auto links = board.full_cells();
        survivor->recover(dead);
        for (std::uint32_t slot = 0; slot < 3; ++slot) BOOST_TEST(board.word(slot).encode() == words[slot]);
        BOOST_TEST(board.full_cells() == links);
    }
    BOOST_TEST(board.control().redelivered.load() == 1U);
}

BOOST_AUTO_TEST_CASE(everybody_is_killed_and_a_newcomer_finds_every_message) {
    sender->prepare(1);
    sender->send(2, true);
    sender->send(3, false);
    receiver->take();
    sender.reset();
    receiver.reset();
    Player newcomer(board, Role::receiver);  // in the place of one of them
    BOOST_TEST(newcomer.recoveries() == 2U);
    BOOST_TEST(board.count(SlotState::free) == 1U);
    for (const std::uint64_t message : {3U, 2U}) {
        const Held request = newcomer.take();
        BOOST_TEST(board.read(request.slot) == message);
        BOOST_TEST((newcomer->answer(request, SlotState::processed) == Outcome::ok));
    }
    check_all_free();
}

BOOST_FIXTURE_TEST_CASE(in_place_a_dead_receiver_means_failed, InPlace) {
    const std::uint32_t awaited = sender->send(1, true);
    sender->send(2, false);
    receiver->take();
    receiver->take();
    kill(receiver);
    BOOST_TEST(board.state(awaited) == SlotState::failed);
    BOOST_TEST(board.slots()[awaited].reason[0] != '\0');
    BOOST_TEST(board.count(SlotState::free) == 2U);
    BOOST_TEST(board.control().failed.load() == 2U);
    check_nothing_to_take();
    kill(sender);
    check_all_free();
}

BOOST_FIXTURE_TEST_CASE(the_last_delivery_to_the_dead_is_given_up, OneDelivery) {
    const std::uint32_t awaited = sender->send(1, true);
    sender->send(2, false);
    receiver->take();
    receiver->take();
    kill(receiver);
    BOOST_TEST(board.state(awaited) == SlotState::given_up);
    BOOST_TEST(board.word(awaited).owner == sender->index());
    BOOST_TEST(board.count(SlotState::free) == 2U);
    BOOST_TEST(board.control().given_up.load() == 2U);
    kill(sender);
    check_all_free();
}

BOOST_FIXTURE_TEST_CASE(given_up_for_a_sender_that_is_dead_too, OneDelivery) {
    sender->send(1, true);
    receiver->take();
    sender.reset();
    kill(receiver);
    check_all_free();
}

BOOST_AUTO_TEST_CASE(leaving_alive_takes_nothing_that_was_sent_away) {
    sender->send(1, true);
    sender->send(2, false);
    sender->leave();
    BOOST_TEST(board.read(survivor.take().slot) == 1U);
    BOOST_TEST(board.read(survivor.take().slot) == 2U);
    check_nothing_to_take();
    BOOST_TEST(!survivor.reap());
}

BOOST_AUTO_TEST_SUITE_END()
