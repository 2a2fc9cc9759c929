// Words that no member of the protocol would write: an answer in bounded time, and no access outside (AddressSanitizer
// watches the board's allocations).
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <random>

#include "queue/board.hpp"
#include "segment/geometry.hpp"

namespace hostile_test {

using namespace handoff::detail::queue;
using handoff::Errc;
using handoff::detail::participants::make_id;
using handoff::detail::participants::Role;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;

constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();

struct Fixture {
    Board board;
    Player sender{board, Role::sender};
    Player receiver{board, Role::receiver};

    explicit Fixture(const BoardShape& shape = {}) : board(shape) {}
};

/// So that the reuse hint is read.
struct LargeSlots : Fixture {
    LargeSlots() : Fixture({.payload_bytes = large_payload}) {}
};

struct InPlace : Fixture {
    InPlace() : Fixture({.settings = {1, true, false}}) {}
};

}  // namespace hostile_test

BOOST_FIXTURE_TEST_SUITE(hostile_test, Fixture)

BOOST_AUTO_TEST_CASE(a_cell_that_names_a_slot_out_of_range_is_passed) {
    board.control().cells[0].store(CellWord::naming(0, 0xffff, 0).encode());
    board.control().cells[1].store(CellWord::naming(0, 3, 0).encode());
    BOOST_TEST(receiver->take().outcome == RingOutcome::empty);
    sender.send(1, false);
    BOOST_TEST(board.read(receiver.take().slot) == 1U);
}

/// Behind the last slot lies something that looks like one more.
BOOST_FIXTURE_TEST_CASE(a_slot_beyond_the_last_is_neither_loaned_nor_taken_whatever_it_looks_like, LargeSlots) {
    handoff::detail::segment::Geometry narrow;
    BOOST_TEST_REQUIRE(
        handoff::detail::segment::lay_out({.slot_count = 2,
                                           .slot_header_bytes = sizeof(handoff::detail::slot::SharedData),
                                           .payload_bytes = large_payload,
                                           .reply_bytes = sizeof(std::uint64_t)},
                                          narrow));
    narrow.slots_offset = 0;
    const handoff::detail::slot::Slots two(reinterpret_cast<std::byte*>(&board.slots()[0]), narrow);
    BOOST_TEST_REQUIRE(&two[1] == &board.slots()[1]);
    const Ring ring(board.control(), board.shape().cells, two);
    const SlotProtocol protocol(board.control(), two, ring, sender.registry(), {});

    board.control().last_freed.store(2);
    for (int slot = 0; slot < 2; ++slot) BOOST_TEST(protocol.loan().value().slot < 2U);
    BOOST_TEST(!protocol.loan().has_value());

    board.set(2, {0, 0, 0, false, SlotState::ready});
    board.control().cells[0].store(CellWord::naming(0, 2, 0).encode());
    BOOST_TEST(protocol.take().outcome == RingOutcome::empty);
    BOOST_TEST(board.state(2) == SlotState::ready);
}

BOOST_AUTO_TEST_CASE(a_whole_round_of_cells_out_of_range_does_not_stop_a_sender) {
    for (std::uint32_t cell = 0; cell < board.shape().cells; ++cell)
        board.control().cells[cell].store(CellWord::naming(0, 0xfff0, cell).encode());
    sender.send(1, false);
    BOOST_TEST(board.read(receiver.take().slot) == 1U);
}

BOOST_AUTO_TEST_CASE(a_head_far_behind_or_ahead_is_damaged_or_empty) {
    for (const std::uint64_t head : {std::uint64_t{1} << 40, max64, std::uint64_t{1} << 26, std::uint64_t{7} << 32}) {
        board.control().head.store(head);
        BOOST_TEST(receiver->take().outcome != RingOutcome::ok);
    }
    board.control().head.store(board.shape().cells * 3);
    BOOST_TEST(receiver->take().outcome == RingOutcome::damaged);
}

BOOST_AUTO_TEST_CASE(an_invalid_tail_is_damaged_and_the_message_is_not_lost) {
    const Held loan = sender.prepare(1);
    board.control().tail.store(board.shape().cells * 3);
    BOOST_TEST((sender->commit(loan, false) == Outcome::damaged));
    BOOST_TEST(board.state(loan.slot) == SlotState::ready);
}

BOOST_AUTO_TEST_CASE(cells_that_are_always_ahead_end_in_damaged) {
    for (std::uint32_t cell = 0; cell < board.shape().cells; ++cell)
        board.control().cells[cell].store(CellWord::empty(0x7fffff).encode());
    BOOST_TEST(receiver->take().outcome == RingOutcome::damaged);
    const Held loan = sender.prepare(1);
    BOOST_TEST((sender->commit(loan, false) == Outcome::damaged));
}

BOOST_AUTO_TEST_CASE(an_unknown_state_is_nobodys) {
    for (int number = 7; number < 128; ++number) {
        board.set(0, {1, 0, 0, true, static_cast<SlotState>(number)});
        board.control().last_freed.store(0);
        const auto held = sender->loan();
        BOOST_TEST_REQUIRE(held.has_value());
        BOOST_TEST(held->slot != 0U);
        sender->return_loan(*held);
        BOOST_TEST((sender->is_answered(0, 0) == Outcome::ownership_lost));
        BOOST_TEST(sender->withdraw(0, 0) == Withdrawal::lost);
        sender->abandon(0, 0);
        sender->release(0, 0);
        BOOST_TEST(static_cast<int>(board.state(0)) == number);
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_state_owned_by_the_dead_is_freed) {
    board.set(0, {1, 3, 0, true, static_cast<SlotState>(99)});
    receiver->recover(3);
    BOOST_TEST(board.state(0) == SlotState::free);
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_sender_out_of_range_frees_the_slot) {
    for (const std::uint32_t index : {4U, 1000U, 0xffffU}) {
        const std::uint32_t slot = sender.send(1, true);
        board.slots()[slot].sender.store(make_id(1, index));
        BOOST_TEST((receiver->answer(receiver.take(), SlotState::processed) == Outcome::ok));
        BOOST_TEST(board.state(slot) == SlotState::free);
    }
}

BOOST_FIXTURE_TEST_CASE(a_request_of_a_sender_out_of_range_is_given_back, InPlace) {
    const std::uint32_t slot = sender.send(1, true);
    board.slots()[slot].sender.store(make_id(1, 0xfffe));
    receiver->give_back(receiver.take());
    BOOST_TEST(board.state(slot) == SlotState::free);
    sender.send(2, true);
    board.slots()[slot].sender.store(max64);
    receiver.take();
    sender->recover(receiver.index());
    BOOST_TEST(board.state(slot) == SlotState::free);
}

BOOST_AUTO_TEST_CASE(a_slot_taken_away_from_its_receiver_is_ownership_lost) {
    sender.send(1, true);
    const Held request = receiver.take();
    for (const SlotWord& other : {SlotWord{9, 9, 9, true, SlotState::loaned}, SlotWord::decode(request.word).freed(),
                                  SlotWord{SlotWord::decode(request.word).generation, 3, 0, true, SlotState::taken},
                                  SlotWord{SlotWord::decode(request.word).generation + 1,
                                           static_cast<std::uint16_t>(receiver.index()), 0, true, SlotState::taken}}) {
        board.set(request.slot, other);
        BOOST_TEST((receiver->answer(request, SlotState::processed) == Outcome::ownership_lost));
        receiver->give_back(request);
        BOOST_TEST(board.word(request.slot).encode() == other.encode());
    }
}

BOOST_AUTO_TEST_CASE(a_slot_taken_away_from_its_sender_is_ownership_lost) {
    const std::uint32_t slot = sender.send(1, true);
    for (const SlotWord& other :
         {SlotWord{9, 2, 0, false, SlotState::free}, SlotWord{9, 2, 0, true, SlotState::loaned}}) {
        board.set(slot, other);
        BOOST_TEST((sender->is_answered(slot, 1) == Outcome::ownership_lost));
        BOOST_TEST(sender->withdraw(slot, 1) == Withdrawal::lost);
        sender->abandon(slot, 1);
        sender->release(slot, 1);
        BOOST_TEST(board.word(slot).encode() == other.encode());
    }
}

/// Random words everywhere: whatever is called comes back, and nothing is touched outside.
BOOST_AUTO_TEST_CASE(noise_ends_in_bounded_time) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 300; ++round) {
        for (std::uint32_t slot = 0; slot < board.shape().slots; ++slot) {
            const std::uint64_t noise = random();
            // Half of the states are known ones, half of the owners exist: pure noise would not get far.
            board.slots()[slot].control.store(
                random() % 2 == 0 ? noise : (noise & ~0xffff007fULL) | (noise % 7) | ((noise % 4) << 16));
            board.slots()[slot].sender.store(random() % 2 == 0 ? random() : random() % 4);
        }
        for (std::uint32_t cell = 0; cell < board.shape().cells; ++cell)
            board.control().cells[cell].store(random() % 2 == 0 ? random() : (random() & 0x3ffffff) | 0x10000);
        board.control().head.store(random() % 2 == 0 ? random() : random() % 16);
        board.control().tail.store(random() % 2 == 0 ? random() : random() % 16);
        board.control().last_freed.store(static_cast<std::uint32_t>(random()));
        const Claim claim = receiver->take();
        if (claim.outcome == RingOutcome::ok) {
            BOOST_TEST_REQUIRE(claim.slot < board.shape().slots);
            if (round % 2 == 0) receiver->give_back({claim.slot, claim.word});
            (void)receiver->answer({claim.slot, claim.word}, SlotState::processed);
        }
        if (const auto loan = sender->loan()) (void)sender->commit(*loan, true);
        for (std::uint32_t slot = 0; slot < board.shape().slots; ++slot) {
            (void)sender->withdraw(slot, random() % 4);
            sender->abandon(slot, random() % 4);
            sender->release(slot, random() % 4);
        }
        for (std::uint32_t dead = 0; dead < board.shape().players; ++dead) sender->recover(dead);
    }
}

BOOST_AUTO_TEST_SUITE_END()
