// A sender stops waiting while others act on the same slot: both orders of every race, by hand.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>

#include "queue/board.hpp"

namespace withdrawal_test {

using namespace handoff::detail::queue;
using handoff::Errc;
using handoff::detail::participants::Role;
using handoff::detail::slot::SlotState;

struct Fixture {
    Board board{{.payload_bytes = large_payload}};
    std::optional<Player> sender{std::in_place, board, Role::sender};
    std::optional<Player> receiver{std::in_place, board, Role::receiver};

    const SlotProtocol& sending() { return *sender->operator->(); }
    const SlotProtocol& receiving() { return *receiver->operator->(); }
    void check_all_free() { BOOST_TEST(board.count(SlotState::free) == board.shape().slots); }
    void check_nothing_to_take() { BOOST_TEST(receiving().take().outcome == RingOutcome::empty); }
};

}  // namespace withdrawal_test

BOOST_FIXTURE_TEST_SUITE(withdrawal_test, Fixture)

BOOST_AUTO_TEST_CASE(an_unread_request_is_taken_back_and_nobody_sees_it) {
    const std::uint32_t slot = sender->send(1, true);
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::taken_back);
    check_all_free();
    check_nothing_to_take();
    BOOST_TEST(board.control().withdrawn.load() == 1U);
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::lost);
}

BOOST_AUTO_TEST_CASE(a_taken_request_is_left_to_its_receiver_who_frees_the_slot) {
    const std::uint32_t slot = sender->send(1, true);
    const Held request = receiver->take();
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::left_to_receiver);
    BOOST_TEST(board.state(slot) == SlotState::taken);
    BOOST_TEST(board.word(slot).owner == receiver->index());
    BOOST_TEST(!board.word(slot).awaited);
    BOOST_TEST((receiving().answer(request, SlotState::processed) == Outcome::ok));
    check_all_free();
}

BOOST_AUTO_TEST_CASE(an_answered_request_stays_answered) {
    const std::uint32_t slot = sender->send(1, true);
    BOOST_TEST((receiving().answer(receiver->take(), SlotState::failed) == Outcome::ok));
    const auto before = board.word(slot).encode();
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::answered);
    BOOST_TEST(board.word(slot).encode() == before);
    sending().release(slot, 1);
    check_all_free();
}

BOOST_AUTO_TEST_CASE(a_request_left_and_then_given_back_is_delivered_again_unawaited) {
    const std::uint32_t slot = sender->send(1, true);
    const Held request = receiver->take();
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::left_to_receiver);
    receiving().give_back(request);
    const Held again = receiver->take();
    BOOST_TEST(!board.word(slot).awaited);
    BOOST_TEST((receiving().answer(again, SlotState::processed) == Outcome::ok));
    check_all_free();
}

BOOST_AUTO_TEST_CASE(a_request_given_back_and_not_yet_linked_can_be_withdrawn) {
    const std::uint32_t slot = sender->send(1, true);
    receiver->take();
    auto ready = board.word(slot);  // give_back() stopped between its exchange and its link
    ready.state = SlotState::ready;
    ++ready.generation;
    board.set(slot, ready);
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::taken_back);
    BOOST_TEST((board.ring().link(slot, ready.generation) == RingOutcome::ok));  // it goes on: a stale cell, no more
    check_nothing_to_take();
    check_all_free();
    sender->send(2, false);
    BOOST_TEST(board.read(receiver->take().slot) == 2U);
}

BOOST_AUTO_TEST_CASE(abandoned_while_unread_the_message_stays_sent) {
    const std::uint32_t slot = sender->send(1, true);
    sending().abandon(slot, 1);
    BOOST_TEST(board.state(slot) == SlotState::ready);
    const Held request = receiver->take();
    BOOST_TEST((receiving().answer(request, SlotState::processed) == Outcome::ok));
    check_all_free();
}

BOOST_AUTO_TEST_CASE(abandoned_while_taken_the_answer_frees_the_slot) {
    const std::uint32_t slot = sender->send(1, true);
    const Held request = receiver->take();
    sending().abandon(slot, 1);
    BOOST_TEST((receiving().answer(request, SlotState::processed) == Outcome::ok));
    check_all_free();
}

BOOST_AUTO_TEST_CASE(abandoned_after_the_answer_the_slot_is_freed_at_once) {
    const std::uint32_t slot = sender->send(1, true);
    BOOST_TEST((receiving().answer(receiver->take(), SlotState::processed) == Outcome::ok));
    sending().abandon(slot, 1);
    check_all_free();
}

BOOST_AUTO_TEST_CASE(a_second_abandon_or_withdraw_does_not_touch_the_next_message_in_that_slot) {
    const std::uint32_t slot = sender->send(1, true);
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::taken_back);
    Player other(board, Role::sender);
    for (Player* next : {&*sender, &other}) {
        BOOST_TEST_REQUIRE(next->send(2, true) == slot);  // the one freed last
        const auto word = board.word(slot).encode();
        sending().abandon(slot, 1);
        BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::lost);
        sending().release(slot, 1);
        BOOST_TEST(board.word(slot).encode() == word);
        BOOST_TEST((receiving().answer(receiver->take(), SlotState::processed) == Outcome::ok));
        const auto answered = board.word(slot).encode();
        sending().abandon(slot, 1);
        sending().release(slot, 1);
        BOOST_TEST(board.word(slot).encode() == answered);
        next->operator->()->release(slot, 2);
    }
    check_all_free();
}

BOOST_AUTO_TEST_CASE(a_stale_withdrawal_meets_the_next_loan_of_that_slot) {
    const std::uint32_t slot = sender->send(1, true);
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::taken_back);
    Player other(board, Role::sender);
    const Held loan = *other->loan();  // nothing is written yet: sender and sequence are still the old ones
    BOOST_TEST_REQUIRE(loan.slot == slot);
    BOOST_TEST(sending().withdraw(slot, 1) == Withdrawal::lost);
    sending().abandon(slot, 1);
    sending().release(slot, 1);
    BOOST_TEST(board.word(slot).encode() == loan.word);
}

BOOST_AUTO_TEST_CASE(the_sender_is_recovered_while_its_request_is_unread) {
    const std::uint32_t slot = sender->send(1, true);
    sender.reset();
    BOOST_TEST(receiver->reap());
    BOOST_TEST(board.state(slot) == SlotState::ready);
    BOOST_TEST(!board.word(slot).awaited);
    BOOST_TEST((receiving().answer(receiver->take(), SlotState::processed) == Outcome::ok));
    check_all_free();
}

BOOST_AUTO_TEST_CASE(the_sender_is_recovered_while_its_request_is_taken) {
    const std::uint32_t slot = sender->send(1, true);
    const Held request = receiver->take();
    sender.reset();
    BOOST_TEST(receiver->reap());
    BOOST_TEST(board.state(slot) == SlotState::taken);
    BOOST_TEST(board.word(slot).owner == receiver->index());
    Player successor(board, Role::sender);  // in the same place, under another id
    BOOST_TEST((receiving().answer(request, SlotState::processed) == Outcome::ok));
    check_all_free();
}

BOOST_AUTO_TEST_CASE(the_sender_dies_and_the_answer_comes_before_its_recovery) {
    sender->send(1, true);
    const Held request = receiver->take();
    sender.reset();
    BOOST_TEST((receiving().answer(request, SlotState::processed) == Outcome::ok));
    BOOST_TEST(board.count(SlotState::processed) == 1U);
    BOOST_TEST(receiver->reap());
    check_all_free();
}

BOOST_AUTO_TEST_CASE(a_successor_in_the_same_place_does_not_inherit_an_answer) {
    const std::uint32_t slot = sender->send(1, true);
    const std::uint32_t place = sender->index();
    const std::uint64_t old_id = sender->registry().my_id();
    BOOST_TEST((receiving().answer(receiver->take(), SlotState::processed) == Outcome::ok));
    sender.reset();
    Player successor(board, Role::sender);  // recovers before it joins
    BOOST_TEST(successor.index() == place);
    BOOST_TEST(successor.registry().my_id() != old_id);
    check_all_free();
    BOOST_TEST((successor->is_answered(slot, 1) == Outcome::ownership_lost));
}

BOOST_AUTO_TEST_SUITE_END()
