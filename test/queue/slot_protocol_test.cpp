// Every change of a slot's owner, one after the other, by living players.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

#include "queue/board.hpp"

namespace slot_protocol_test {

using namespace handoff::detail::queue;
using handoff::Errc;
using handoff::detail::participants::Role;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;

struct Fixture {
    Board board;
    Player sender{board, Role::sender};
    Player receiver{board, Role::receiver};

    explicit Fixture(const BoardShape& shape = {}) : board(shape) {}
    void check_all_free() { BOOST_TEST(board.count(SlotState::free) == board.shape().slots); }
};

struct InPlace : Fixture {
    InPlace() : Fixture({.settings = {10, true, false}}) {}
};
struct TwoDeliveries : Fixture {
    TwoDeliveries() : Fixture({.settings = {2, false, false}}) {}
};
struct Unlimited : Fixture {
    Unlimited() : Fixture({.slots = 1, .settings = {0, false, false}}) {}
};

}  // namespace slot_protocol_test

BOOST_FIXTURE_TEST_SUITE(slot_protocol_test, Fixture)

BOOST_AUTO_TEST_CASE(a_slot_word_keeps_every_field) {
    const SlotWord word{0xfedcba98, 0xabcd, 200, true, SlotState::given_up};
    const SlotWord decoded = SlotWord::decode(word.encode());
    BOOST_TEST(decoded.generation == 0xfedcba98U);
    BOOST_TEST(decoded.owner == 0xabcd);
    BOOST_TEST(decoded.deliveries == 200);
    BOOST_TEST(decoded.awaited);
    BOOST_TEST(decoded.state == SlotState::given_up);
}

BOOST_AUTO_TEST_CASE(every_slot_can_be_on_loan_and_no_more) {
    for (std::uint32_t slot = 0; slot < board.shape().slots; ++slot) {
        const auto held = sender->loan();
        BOOST_TEST_REQUIRE(held.has_value());
        BOOST_TEST(board.word(held->slot).owner == sender.index());
        BOOST_TEST(board.state(held->slot) == SlotState::loaned);
    }
    BOOST_TEST(!sender->loan().has_value());
}

BOOST_AUTO_TEST_CASE(a_returned_loan_is_free_and_its_word_is_never_used_again) {
    const Held loan = *sender->loan();
    sender->return_loan(loan);
    check_all_free();
    Held again = *sender->loan();
    while (again.slot != loan.slot) again = *sender->loan();
    BOOST_TEST(again.word != loan.word);
    sender->return_loan(loan);  // once more with the old word: no effect on the new loan
    BOOST_TEST(board.state(again.slot) == SlotState::loaned);
}

BOOST_AUTO_TEST_CASE(small_slots_go_round) {
    for (std::uint32_t step = 0; step < 3 * board.shape().slots; ++step) {
        const Held loan = *sender->loan();
        BOOST_TEST(loan.slot == step % board.shape().slots);
        sender->return_loan(loan);
    }
}

BOOST_AUTO_TEST_CASE(fast_loans_find_a_free_slot_wherever_it_is) {
    std::vector<Held> loans;
    while (const auto loan = sender->loan()) loans.push_back(*loan);
    BOOST_TEST(!sender->fast_loan().has_value());
    for (const Held& loan : loans) {
        sender->return_loan(loan);
        std::optional<Held> found;
        for (std::uint32_t tries = 0; tries < board.shape().slots && !found; ++tries) found = sender->fast_loan();
        BOOST_TEST_REQUIRE(found.has_value());
        BOOST_TEST(found->slot == loan.slot);
    }
}

BOOST_AUTO_TEST_CASE(the_large_slot_freed_last_is_loaned_next) {
    const Board large({.payload_bytes = large_payload});
    Player lender(large, Role::sender);
    const Held a = *lender->loan(), b = *lender->loan(), c = *lender->loan();
    for (const Held& freed : {c, a, b}) {
        lender->return_loan(freed);
        const Held reused = *lender->loan();
        BOOST_TEST(reused.slot == freed.slot);
        lender->return_loan(reused);
    }
}

BOOST_AUTO_TEST_CASE(an_invalid_reuse_hint_does_no_harm) {
    const Board large({.payload_bytes = large_payload});
    Player lender(large, Role::sender);
    large.control().last_freed.store(0xffffffff);
    for (std::uint32_t slot = 0; slot < large.shape().slots; ++slot) BOOST_TEST(lender->loan().has_value());
    BOOST_TEST(!lender->loan().has_value());
}

BOOST_AUTO_TEST_CASE(an_unawaited_message_frees_its_slot_when_it_is_answered) {
    const std::uint32_t slot = sender.send(42, false);
    BOOST_TEST(board.state(slot) == SlotState::ready);
    const Held request = receiver.take();
    BOOST_TEST(request.slot == slot);
    BOOST_TEST(board.read(slot) == 42U);
    BOOST_TEST((receiver->answer(request, SlotState::processed) == Outcome::ok));
    check_all_free();
    BOOST_TEST(receiver->take().outcome == RingOutcome::empty);
}

BOOST_AUTO_TEST_CASE(an_awaited_message_goes_back_to_its_sender) {
    const std::uint32_t slot = sender.send(7, true);
    BOOST_TEST((sender->is_answered(slot, 7) == Outcome::not_yet));
    const Held request = receiver.take();
    BOOST_TEST((sender->is_answered(slot, 7) == Outcome::not_yet));
    BOOST_TEST((receiver->answer(request, SlotState::processed) == Outcome::ok));
    BOOST_TEST((sender->is_answered(slot, 7) == Outcome::ok));
    BOOST_TEST(board.word(slot).owner == sender.index());
    BOOST_TEST(board.state(slot) == SlotState::processed);
    sender->release(slot, 7);
    check_all_free();
}

BOOST_AUTO_TEST_CASE(messages_of_two_senders_come_in_the_order_of_their_commits) {
    Player other(board, Role::sender);
    const Held late = sender.prepare(1);
    other.send(2, false);
    BOOST_TEST((sender->commit(late, false) == Outcome::ok));
    other.send(3, false);
    for (const std::uint64_t message : {2U, 1U, 3U}) BOOST_TEST(board.read(receiver.take().slot) == message);
}

BOOST_AUTO_TEST_CASE(answers_come_in_any_order) {
    const std::uint32_t first = sender.send(1, true), second = sender.send(2, true);
    const Held a = receiver.take(), b = receiver.take();
    BOOST_TEST((receiver->answer(b, SlotState::processed) == Outcome::ok));
    BOOST_TEST((sender->is_answered(first, 1) == Outcome::not_yet));
    BOOST_TEST((sender->is_answered(second, 2) == Outcome::ok));
    BOOST_TEST((receiver->answer(a, SlotState::failed) == Outcome::ok));
    BOOST_TEST(board.state(first) == SlotState::failed);
    BOOST_TEST(board.control().failed.load() == 1U);
    sender->release(first, 1);
    sender->release(second, 2);
    check_all_free();
}

BOOST_AUTO_TEST_CASE(a_request_given_back_is_delivered_again_behind_the_others) {
    sender.send(1, true);
    sender.send(2, true);
    const Held request = receiver.take();
    const std::uint32_t generation = board.word(request.slot).generation;
    receiver->give_back(request);
    BOOST_TEST(board.word(request.slot).generation == generation + 1);
    BOOST_TEST(board.control().redelivered.load() == 1U);
    BOOST_TEST(board.read(receiver.take().slot) == 2U);
    const Held again = receiver.take();
    BOOST_TEST(again.slot == request.slot);
    BOOST_TEST(board.word(again.slot).deliveries == 1);
    BOOST_TEST(board.word(again.slot).awaited);
    BOOST_TEST(receiver->take().outcome == RingOutcome::empty);
}

BOOST_AUTO_TEST_CASE(what_was_given_back_cannot_be_answered_any_more) {
    sender.send(1, true);
    const Held request = receiver.take();
    receiver->give_back(request);
    BOOST_TEST((receiver->answer(request, SlotState::processed) == Outcome::ownership_lost));
    const Held again = receiver.take();
    BOOST_TEST((receiver->answer(request, SlotState::processed) == Outcome::ownership_lost));
    receiver->give_back(request);
    BOOST_TEST(board.word(again.slot).encode() == again.word);
}

BOOST_AUTO_TEST_CASE(nobody_else_can_answer_or_give_back) {
    Player other(board, Role::receiver);
    sender.send(1, true);
    const Held request = receiver.take();
    BOOST_TEST((other->answer(request, SlotState::processed) == Outcome::ownership_lost));
    other->give_back(request);
    BOOST_TEST(board.word(request.slot).encode() == request.word);
}

BOOST_AUTO_TEST_CASE(a_loan_that_is_not_ours_cannot_be_sent) {
    const Held loan = sender.prepare(1);
    sender->return_loan(loan);
    BOOST_TEST((sender->commit(loan, true) == Outcome::ownership_lost));
    BOOST_TEST(board.control().tail.load() == 0U);  // nothing is linked before it is committed
    check_all_free();
    BOOST_TEST(receiver->take().outcome == RingOutcome::empty);
}

BOOST_AUTO_TEST_CASE(a_foreign_answer_is_neither_seen_nor_released) {
    Player other(board, Role::sender);
    const std::uint32_t slot = sender.send(1, true);
    BOOST_TEST((receiver->answer(receiver.take(), SlotState::processed) == Outcome::ok));
    BOOST_TEST((other->is_answered(slot, 1) == Outcome::ownership_lost));
    BOOST_TEST((sender->is_answered(slot, 2) == Outcome::ownership_lost));
    other->release(slot, 1);
    sender->release(slot, 2);
    BOOST_TEST(board.state(slot) == SlotState::processed);
    sender->release(slot, 1);
    check_all_free();
    BOOST_TEST((sender->is_answered(slot, 1) == Outcome::ownership_lost));
    sender->release(slot, 1);
    check_all_free();
}

BOOST_FIXTURE_TEST_CASE(given_back_too_often_an_awaited_request_is_given_up, TwoDeliveries) {
    const std::uint32_t slot = sender.send(1, true);
    receiver->give_back(receiver.take());
    receiver->give_back(receiver.take());
    BOOST_TEST(board.state(slot) == SlotState::given_up);
    BOOST_TEST(board.word(slot).owner == sender.index());
    BOOST_TEST(board.word(slot).deliveries == 2);
    BOOST_TEST(board.control().given_up.load() == 1U);
    BOOST_TEST(board.control().redelivered.load() == 1U);
    BOOST_TEST((sender->is_answered(slot, 1) == Outcome::ok));
    sender->release(slot, 1);
    check_all_free();
}

BOOST_FIXTURE_TEST_CASE(given_back_too_often_an_unawaited_request_is_freed_and_counted, TwoDeliveries) {
    sender.send(1, false);
    receiver->give_back(receiver.take());
    receiver->give_back(receiver.take());
    check_all_free();
    BOOST_TEST(board.control().given_up.load() == 1U);
    BOOST_TEST(receiver->take().outcome == RingOutcome::empty);
}

BOOST_FIXTURE_TEST_CASE(unlimited_deliveries_are_unlimited_and_the_count_stays_at_its_end, Unlimited) {
    sender.send(1, true);
    for (int delivery = 0; delivery < 600; ++delivery) receiver->give_back(receiver.take());
    const Held request = receiver.take();
    BOOST_TEST(board.word(request.slot).deliveries == 255);
    BOOST_TEST(board.word(request.slot).awaited);
    BOOST_TEST(board.read(request.slot) == 1U);
    BOOST_TEST(board.control().redelivered.load() == 600U);
}

BOOST_FIXTURE_TEST_CASE(in_place_given_back_means_failed_never_redelivered, InPlace) {
    const std::uint32_t awaited = sender.send(1, true);
    receiver->give_back(receiver.take());
    BOOST_TEST(board.state(awaited) == SlotState::failed);
    BOOST_TEST(std::string(board.slots()[awaited].reason).find("half edited") != std::string::npos);
    sender.send(2, false);
    receiver->give_back(receiver.take());
    BOOST_TEST(board.count(SlotState::free) == 2U);
    BOOST_TEST(board.control().failed.load() == 2U);
    BOOST_TEST(board.control().redelivered.load() == 0U);
    BOOST_TEST(receiver->take().outcome == RingOutcome::empty);
}

BOOST_AUTO_TEST_CASE(a_reason_is_cut_to_what_fits_and_ends) {
    auto& slot = board.slots()[0];
    set_reason(slot, std::string(500, 'x'));
    BOOST_TEST(std::string(slot.reason) == std::string(sizeof slot.reason - 1, 'x'));
    set_reason(slot, "short");
    BOOST_TEST(std::string(slot.reason) == "short");
    BOOST_TEST(slot.reason[100] == '\0');
}

BOOST_AUTO_TEST_CASE(everything_works_when_generations_wrap) {
    const std::uint32_t last = 0xffffffff;
    for (std::uint32_t slot = 0; slot < board.shape().slots; ++slot)
        board.set(slot, {last, 0, 0, false, SlotState::free});
    for (std::uint64_t message = 1; message <= 6; ++message) {
        const std::uint32_t slot = sender.send(message, true);
        receiver->give_back(receiver.take());
        BOOST_TEST((receiver->answer(receiver.take(), SlotState::processed) == Outcome::ok));
        BOOST_TEST((sender->is_answered(slot, message) == Outcome::ok));
        sender->release(slot, message);
    }
    check_all_free();
}

BOOST_AUTO_TEST_SUITE_END()
