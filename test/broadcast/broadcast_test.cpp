// The broadcast protocol step by step: what everybody sees while nobody moves.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <set>
#include <vector>

#include "broadcast/board.hpp"

namespace broadcast_test {

using namespace handoff::detail::broadcast;
using Outcome = Look::Outcome;

constexpr std::uint32_t writer = 1, other_writer = 2, reader = 3, other_reader = 4;

/// Pins what is at `position` and checks that it is this message, whole.
Look pin(const BroadcastBoard& board, std::uint64_t position, std::uint64_t message, std::uint32_t who = reader) {
    const Look look = board->pin(position, pin_bit(who));
    BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
    BOOST_TEST((board.read(look.slot) == message));
    return look;
}

/// Loans every slot that there is to be had.
std::vector<Held> loan_all(const BroadcastBoard& board) {
    std::vector<Held> loans;
    while (const auto held = board->loan(writer)) loans.push_back(*held);
    return loans;
}

struct Fixture {
    BroadcastBoard board;  // history 3, loans 2, pins 2: 8 slots
    std::uint64_t first = board->first();
};

}  // namespace broadcast_test

BOOST_FIXTURE_TEST_SUITE(broadcast_test, Fixture)

BOOST_AUTO_TEST_CASE(nothing_is_there_before_the_first_message) {
    BOOST_TEST(first == 3U);
    BOOST_TEST(board->newest() == first - 1);
    BOOST_TEST(board->oldest() == first);
    BOOST_TEST(board->pin(first, pin_bit(reader)).outcome == Outcome::nothing);
    BOOST_TEST(board->find(first).outcome == Outcome::nothing);
    BOOST_TEST(loan_all(board).size() == board.shape().slots());
}

BOOST_AUTO_TEST_CASE(one_sequence_over_all_publishers_and_only_the_history_is_kept) {
    for (std::uint64_t message = 0; message < 20; ++message) {
        const std::uint32_t publisher = message % 3 == 0 ? other_writer : writer;
        BOOST_TEST(board.publish(publisher, message) == first + message);
        BOOST_TEST(board->newest() == first + message);
        BOOST_TEST(board->oldest() == (message < 2 ? first : first + message - 2));
        for (std::uint64_t kept = board->oldest(); kept <= board->newest(); ++kept) {
            const Look look = pin(board, kept, kept - first);
            BOOST_TEST(look.position == kept);
            board->unpin(look.slot, pin_bit(reader));
        }
        BOOST_TEST(board->pin(first + message + 1, pin_bit(reader)).outcome == Outcome::nothing);
    }
}

BOOST_AUTO_TEST_CASE(lost_messages_are_counted_exactly_over_many_rounds) {
    std::uint64_t next = first, published = 0;
    for (std::uint64_t burst = 0; burst < 40; ++burst) {
        for (std::uint64_t i = 0; i < burst; ++i) board.publish(writer, published++);
        const std::uint64_t end = first + published;
        const std::uint64_t oldest = burst > 3 ? end - 3 : next;
        for (std::uint64_t expected = oldest; expected < end; ++expected) {
            const Look look = pin(board, next, expected - first);
            BOOST_TEST(look.position == expected);
            board->unpin(look.slot, pin_bit(reader));
            next = look.position + 1;
        }
        BOOST_TEST(board->pin(next, pin_bit(reader)).outcome == Outcome::nothing);
    }
}

BOOST_AUTO_TEST_CASE(a_loan_is_never_kept_pinned_or_loaned) {
    for (std::uint64_t message = 0; message < 3; ++message) board.publish(writer, message);
    const Look one = pin(board, first, 0), two = pin(board, first + 1, 1, other_reader);
    for (std::uint64_t message = 3; message < 7; ++message) board.publish(writer, message);
    std::set<std::uint32_t> taken;
    for (const Held& loan : loan_all(board)) {
        BOOST_TEST(taken.insert(loan.slot).second);
        BOOST_TEST(!board.is_kept(loan.slot));
        BOOST_TEST(board.pins(loan.slot) == 0U);
        BOOST_TEST(board.state(loan.slot) == SlotState::loaned);
    }
    BOOST_TEST(taken.size() == 3U);  // 8 slots, 3 kept, 2 pinned
    BOOST_TEST((board.read(one.slot) == 0U));
    BOOST_TEST((board.read(two.slot) == 1U));
    board->unpin(one.slot, pin_bit(reader));
    BOOST_TEST(loan_all(board).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_loan_given_back_is_free_and_was_never_a_message) {
    board.publish(writer, 1);
    const auto loan = board->loan(writer);
    BOOST_TEST_REQUIRE(loan.has_value());
    board.write(loan->slot, 99);
    board->return_loan(*loan);
    BOOST_TEST(board.state(loan->slot) == SlotState::free);
    BOOST_TEST(board->newest() == first);
    BOOST_TEST(loan_all(board).size() == 7U);
}

BOOST_AUTO_TEST_CASE(a_loan_is_published_once_and_only_by_its_owner) {
    const auto loan = board->loan(writer);
    BOOST_TEST_REQUIRE(loan.has_value());
    BOOST_TEST(board->publish(*loan).has_value());
    BOOST_TEST((board->publish(*loan).error() == handoff::Errc::ownership_lost));
    Held stale = *loan;
    stale.word = SlotWord{board.word(loan->slot).generation, other_writer, 0, false, SlotState::loaned}.encode();
    BOOST_TEST((board->publish(stale).error() == handoff::Errc::ownership_lost));
    board->return_loan(stale);
    BOOST_TEST(board.state(loan->slot) == SlotState::published);
    BOOST_TEST(board->newest() == first);
}

BOOST_AUTO_TEST_CASE(whatever_others_hold_a_publisher_finds_a_slot) {
    for (const BroadcastShape& shape : {BroadcastShape{1, 1, 0}, BroadcastShape{1, 3, 0}, BroadcastShape{3, 2, 2},
                                        BroadcastShape{2, 1, 5}, BroadcastShape{7, 4, 1}}) {
        const BroadcastBoard full(shape);
        const std::uint64_t start = full->first();
        std::uint64_t message = 0;
        for (std::uint32_t subscriber = 0; subscriber < shape.pins; ++subscriber) {
            full.publish(writer, message);
            pin(full, start + message, message, 10 + subscriber);
            ++message;
        }
        for (std::uint32_t loan = 0; loan + 1 < shape.loans; ++loan) BOOST_TEST(full->loan(other_writer).has_value());
        for (std::uint32_t round = 0; round < 10 * shape.history; ++round) full.publish(writer, message++);
        BOOST_TEST(full->newest() == start + message - 1);
        const auto last_loan = full->loan(other_writer);  // all loans are out now, and one more is there
        BOOST_TEST_REQUIRE(last_loan.has_value());
        BOOST_TEST(full->loan(writer).has_value());
        BOOST_TEST(!full->loan(writer).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_copy_counts_until_the_slot_is_loaned_again) {
    board.publish(writer, 1);
    const Look look = board->find(first);
    BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
    BOOST_TEST(board->still_there(look));
    for (std::uint64_t message = 2; message < 5; ++message) board.publish(writer, message);
    BOOST_TEST(board->still_there(look));  // evicted, and not overwritten
    loan_all(board);
    BOOST_TEST(!board->still_there(look));
}

BOOST_AUTO_TEST_CASE(a_copy_does_not_count_after_the_slot_was_published_again_by_the_same_publisher) {
    board.publish(writer, 1);
    const Look look = board->find(first);
    std::uint64_t message = 2;
    do {
        board.publish(writer, message++);
        BOOST_TEST_REQUIRE(message < 100U);
    } while (board.cell(board->newest()).slot != look.slot);
    BOOST_TEST(board.state(look.slot) == SlotState::published);
    BOOST_TEST(!board->still_there(look));
}

BOOST_AUTO_TEST_CASE(a_history_of_one_keeps_the_newest_and_takes_the_slots_in_turn) {
    const BroadcastBoard latest({.history = 1, .loans = 3, .pins = 0});
    std::vector<std::uint32_t> slots;
    for (std::uint64_t message = 0; message < 20; ++message) {
        BOOST_TEST(latest.publish(writer, message) == 1 + message);
        BOOST_TEST(latest->oldest() == 1 + message);
        BOOST_TEST(latest->newest() == 1 + message);
        const Look look = latest->find(1);
        BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
        BOOST_TEST(look.position == 1 + message);
        BOOST_TEST((latest.read(look.slot) == message));
        slots.push_back(look.slot);
    }
    // A reader that began to copy has time while all other slots are written.
    for (std::size_t i = 0; i + 3 < slots.size(); ++i)
        for (std::size_t later = i + 1; later <= i + 3; ++later) BOOST_TEST(slots[i] != slots[later]);
}

BOOST_AUTO_TEST_CASE(sequences_and_generations_go_beyond_32_bits) {
    for (const std::uint64_t start : {(std::uint64_t{1} << 32) - 10, std::uint64_t{1} << 40}) {
        board.start_at(start, 0xfffffffe);
        std::uint64_t next = start;
        for (std::uint64_t message = 0; message < 40; ++message) {
            BOOST_TEST(board.publish(writer, message) == start + message);
            if (message % 5 != 4) continue;
            const Look look = pin(board, next, message - 2);
            BOOST_TEST(look.position == start + message - 2);  // the oldest of three
            next = look.position + 1;
            board->unpin(look.slot, pin_bit(reader));
        }
        BOOST_TEST(loan_all(board).size() == 5U);
    }
}

BOOST_AUTO_TEST_CASE(two_subscribers_on_one_message_do_not_take_each_others_pin) {
    board.publish(writer, 7);
    const Look one = pin(board, first, 7), two = pin(board, first, 7, other_reader);
    BOOST_TEST(one.slot == two.slot);
    board->unpin(one.slot, pin_bit(reader));
    for (std::uint64_t message = 8; message < 30; ++message) board.publish(writer, message);
    BOOST_TEST((board.read(two.slot) == 7U));
    BOOST_TEST(board.pins(two.slot) == pin_bit(other_reader));
}

BOOST_AUTO_TEST_CASE(recovery_gives_back_what_the_dead_held_and_nothing_else_any_number_of_times) {
    board.publish(writer, 1);
    const Look dead = pin(board, first, 1), alive = pin(board, first, 1, other_reader);
    const auto lost = board->loan(reader), kept = board->loan(other_reader);
    BOOST_TEST_REQUIRE((lost.has_value() && kept.has_value()));
    for (int time = 0; time < 3; ++time) {
        board->recover(reader);
        BOOST_TEST(board.pins(dead.slot) == pin_bit(other_reader));
        BOOST_TEST(board.state(lost->slot) == SlotState::free);
        BOOST_TEST(board.word(kept->slot).encode() == kept->word);
        BOOST_TEST(board.state(alive.slot) == SlotState::published);
    }
    board->unpin(alive.slot, pin_bit(other_reader));
    board->return_loan(*kept);
    for (std::uint64_t message = 2; message < 30; ++message) board.publish(writer, message);
    BOOST_TEST(loan_all(board).size() == 5U);
}

BOOST_AUTO_TEST_CASE(the_last_participant_of_sixty_four_has_a_pin_of_its_own) {
    board.publish(writer, 1);
    const Look look = pin(board, first, 1, 63);
    pin(board, first, 1, 0);
    board->recover(0);
    BOOST_TEST(board.pins(look.slot) == std::uint64_t{1} << 63);
}

BOOST_AUTO_TEST_SUITE_END()
