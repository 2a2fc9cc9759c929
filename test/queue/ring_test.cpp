// The queue alone: slots are made ready by hand and linked.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>

#include "queue/board.hpp"

namespace ring_test {

using namespace handoff::detail::queue;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;

constexpr std::uint32_t receiver = 2;

/// One bit for each of the first slots.
std::uint64_t linked_of(const Ring& ring, std::uint32_t owner) {
    SlotSet linked;
    ring.mark_linked(owner, linked);
    return linked.to_ullong();
}

/// A board whose slots are moved by hand: ready -> linked -> taken -> free, generation by generation.
struct Fixture {
    Board board;
    std::uint64_t messages = 0;

    explicit Fixture(const BoardShape& shape = {}) : board(shape) {}

    std::uint64_t make_ready(std::uint32_t slot) {
        BOOST_TEST_REQUIRE(board.state(slot) == SlotState::free);
        SlotWord word = board.word(slot);
        word.state = SlotState::ready;
        board.set(slot, word);
        board.write(slot, ++messages);
        return messages;
    }
    std::uint64_t link(std::uint32_t slot) {
        const std::uint64_t message = make_ready(slot);
        BOOST_TEST_REQUIRE(board.ring().link(slot, board.word(slot).generation) == RingOutcome::ok);
        return message;
    }
    std::uint32_t take(std::uint64_t message) {
        const Claim claim = board.ring().take(receiver);
        BOOST_TEST_REQUIRE(claim.outcome == RingOutcome::ok);
        BOOST_TEST(board.read(claim.slot) == message);
        BOOST_TEST(board.word(claim.slot).owner == receiver);
        BOOST_TEST(board.word(claim.slot).encode() == claim.word);
        return claim.slot;
    }
    void release(std::uint32_t slot) { board.set(slot, board.word(slot).freed()); }
    void take_and_release(std::uint64_t message) { release(take(message)); }
    void check_empty() { BOOST_TEST(board.ring().take(receiver).outcome == RingOutcome::empty); }
};

}  // namespace ring_test

BOOST_FIXTURE_TEST_SUITE(ring_test, Fixture)

BOOST_AUTO_TEST_CASE(a_cell_keeps_every_field) {
    const auto cell = CellWord::naming(0xabcdef, 0x1234, 0x7edcba);
    const auto decoded = CellWord::decode(cell.encode());
    BOOST_TEST(decoded.round == 0xabcdefU);
    BOOST_TEST(decoded.generation == 0x7edcbaU);
    BOOST_TEST(decoded.slot == 0x1234);
    BOOST_TEST(decoded.full);
    BOOST_TEST(!CellWord::decode(CellWord::empty(7).encode()).full);
    BOOST_TEST(CellWord::empty(0).encode() == 0U);  // zeroed memory is an empty ring
}

BOOST_AUTO_TEST_CASE(rounds_are_compared_across_their_wrap) {
    BOOST_TEST(CellWord::empty(0).rounds_ahead_of(0xffffff) == 1);
    BOOST_TEST(CellWord::empty(0xffffff).rounds_ahead_of(0) == -1);
    BOOST_TEST(CellWord::empty(5).rounds_ahead_of(5) == 0);
    BOOST_TEST(CellWord::empty(0x7fffff).rounds_ahead_of(0) == 0x7fffff);
}

BOOST_AUTO_TEST_CASE(there_are_always_more_cells_than_slots) {
    for (const std::uint32_t slots : {1U, 2U, 8U, 255U, 256U, 1023U, 1024U, 65'535U}) {
        const std::uint32_t cells = Ring::cells_for(slots);
        BOOST_TEST(cells > slots);
        BOOST_TEST((cells & (cells - 1)) == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_new_ring_is_empty) {
    check_empty();
    check_empty();
}

BOOST_AUTO_TEST_CASE(messages_come_out_in_the_order_they_were_linked) {
    const auto first = link(2);
    const auto second = link(0);
    const auto third = link(1);
    take_and_release(first);
    take_and_release(second);
    take_and_release(third);
    check_empty();
}

BOOST_AUTO_TEST_CASE(the_order_holds_over_many_rounds) {
    std::uint64_t oldest = link(0);
    for (int step = 0; step < 1000; ++step) {
        const auto next = link(1 - static_cast<std::uint32_t>(step % 2));
        take_and_release(oldest);
        oldest = next;
    }
    take_and_release(oldest);
    check_empty();
    for (const std::uint64_t hint : {board.control().head.load(), board.control().tail.load()}) {
        BOOST_TEST(hint <= 1001U);  // they lag behind, by less than a line of cells
        BOOST_TEST(hint > 1001U - 8);
    }
}

BOOST_AUTO_TEST_CASE(a_dead_linker_is_helped_by_the_next_linker) {
    const auto first = make_ready(0);
    board.fill_cell_without_moving_tail(0);
    const auto second = link(1);
    take_and_release(first);
    take_and_release(second);
    check_empty();
}

BOOST_AUTO_TEST_CASE(a_dead_linkers_message_is_taken_although_the_tail_lags_behind) {
    const auto first = make_ready(0);
    board.fill_cell_without_moving_tail(0);
    BOOST_TEST(board.ring().was_ready());
    take_and_release(first);
    check_empty();
    take_and_release(link(1));
    check_empty();
}

BOOST_AUTO_TEST_CASE(a_dead_linker_in_every_cell_of_every_round_is_helped) {
    for (std::uint32_t step = 0; step < 10 * board.shape().cells; ++step) {
        const auto first = make_ready(0);
        board.fill_cell_without_moving_tail(0);
        const auto second = make_ready(1);
        board.fill_cell_without_moving_tail(1);
        take_and_release(first);
        take_and_release(second);
        check_empty();
    }
}

BOOST_AUTO_TEST_CASE(a_taker_that_died_before_moving_the_head_is_helped) {
    link(0);
    const auto second = link(1);
    board.claim_without_passing(0, receiver + 1);
    take_and_release(second);
    check_empty();
    BOOST_TEST(board.state(0) == SlotState::taken);
    BOOST_TEST(board.word(0).owner == receiver + 1);
}

BOOST_AUTO_TEST_CASE(a_stale_cell_is_passed_when_its_slot_is_queued_again) {
    link(0);
    board.claim_without_passing(0, receiver + 1);
    release(0);                  // answered; the cell still names the old generation
    const auto again = link(0);  // two full cells name slot 0 now
    const auto second = link(1);
    take_and_release(again);
    take_and_release(second);
    check_empty();
}

BOOST_AUTO_TEST_CASE(a_stale_cell_does_not_bring_its_slot_forward) {
    link(0);
    board.claim_without_passing(0, receiver + 1);
    release(0);  // answered; the cell still names the old generation
    const auto first = link(1);
    const auto again = link(0);
    take_and_release(first);
    take_and_release(again);
    check_empty();
}

BOOST_AUTO_TEST_CASE(a_withdrawn_message_is_never_taken) {
    link(0);
    const auto second = link(1);
    release(0);
    take_and_release(second);
    check_empty();
}

BOOST_AUTO_TEST_CASE(what_is_linked_is_marked_for_its_owner_in_its_generation) {
    link(0);
    make_ready(1);
    link(2);
    const SlotWord word = board.word(0);
    BOOST_TEST(linked_of(board.ring(), word.owner) == 0b101U);
    BOOST_TEST(linked_of(board.ring(), word.owner + 1U) == 0U);
    SlotWord later = word;
    ++later.generation;
    board.set(0, later);
    BOOST_TEST(linked_of(board.ring(), word.owner) == 0b100U);
}

/// Nobody has taken anything, so the head stays where it was.
BOOST_AUTO_TEST_CASE(what_is_linked_in_the_last_cell_of_a_lap_is_marked) {
    for (std::uint32_t step = 0; step + 1 < board.shape().cells; ++step) {
        link(1);
        release(1);
    }
    link(0);
    BOOST_TEST(linked_of(board.ring(), board.word(0).owner) == 1U);
}

BOOST_AUTO_TEST_CASE(one_unread_message_survives_any_number_of_withdrawn_ones) {
    const auto unread = link(0);
    for (std::uint32_t step = 0; step < 100 * board.shape().cells; ++step) {
        link(1);
        release(1);
    }
    const auto later = link(1);
    const auto latest = link(2);
    take_and_release(unread);
    take_and_release(later);
    take_and_release(latest);
    check_empty();
}

BOOST_AUTO_TEST_CASE(two_unread_messages_survive_any_number_of_withdrawn_ones) {
    for (std::uint32_t withdrawn = 0; withdrawn < 5 * board.shape().cells; ++withdrawn) {
        const auto first = link(0);
        const auto second = link(1);
        for (std::uint32_t step = 0; step < withdrawn; ++step) {
            link(2);
            release(2);
        }
        take_and_release(first);
        take_and_release(second);
        check_empty();
    }
}

BOOST_AUTO_TEST_CASE(a_taker_that_looked_before_the_cell_was_moved_on_takes_the_message_once) {
    const auto unread = link(0);
    board.claim_without_passing(0, receiver);  // a slow taker has claimed it and did not move the head
    for (std::uint32_t step = 0; step < 3 * board.shape().cells; ++step) {
        link(1);
        release(1);
    }
    check_empty();
    BOOST_TEST(board.read(0) == unread);
    take_and_release(link(1));
    check_empty();
}

BOOST_AUTO_TEST_CASE(rounds_wrap) {
    const std::uint64_t last_rounds = (std::uint64_t{CellWord::round_mask} - 2) * board.shape().cells;
    board.start_at(last_rounds + 3);
    const auto unread = link(2);
    for (std::uint32_t step = 0; step < 6 * board.shape().cells; ++step) {
        link(0);
        release(0);
    }
    take_and_release(unread);
    for (std::uint32_t step = 0; step < 6 * board.shape().cells; ++step) take_and_release(link(step % 3));
    check_empty();
}

BOOST_AUTO_TEST_CASE(each_process_remembers_how_far_it_has_come) {
    const Ring other(board.ring());
    for (std::uint32_t step = 0; step < 10 * board.shape().cells; ++step) {
        const auto first = link(0);
        const auto second = make_ready(1);
        BOOST_TEST_REQUIRE(other.link(1, board.word(1).generation) == RingOutcome::ok);
        take_and_release(first);
        const Claim claim = other.take(receiver);
        BOOST_TEST_REQUIRE(claim.outcome == RingOutcome::ok);
        BOOST_TEST(board.read(claim.slot) == second);
        release(claim.slot);
        check_empty();
        BOOST_TEST(other.take(receiver).outcome == RingOutcome::empty);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_queue_that_was_looked_at_before_is_looked_at_again) {
    for (std::uint32_t step = 0; step < 3 * board.shape().cells; ++step) {
        check_empty();
        BOOST_TEST(!board.ring().was_ready());
        const auto message = link(0);
        BOOST_TEST(board.ring().was_ready());
        take_and_release(message);
    }
}

BOOST_AUTO_TEST_CASE(an_unread_message_is_seen_whatever_was_withdrawn_behind_it) {
    for (std::uint32_t withdrawn = 0; withdrawn < 4 * board.shape().cells; ++withdrawn) {
        const auto unread = link(0);
        for (std::uint32_t step = 0; step < withdrawn; ++step) {
            link(1);
            release(1);
        }
        const Ring newcomer(board.ring());
        BOOST_TEST(board.ring().was_ready());
        BOOST_TEST(newcomer.was_ready());
        take_and_release(unread);
        check_empty();
    }
}

/// The generation in a cell wraps: a cell behind the head may look like the one that is searched for.
BOOST_AUTO_TEST_CASE(cells_behind_the_head_link_nothing) {
    for (std::uint32_t step = 0; step < board.shape().cells; ++step) take_and_release(link(0));
    const Ring newcomer(board.ring());
    const std::uint32_t passed = CellWord::decode(board.control().cells[0].load()).generation;
    BOOST_TEST_REQUIRE(board.control().head.load() > 0U);
    const std::uint32_t named = CellWord::decode(board.control().cells[0].load()).slot;
    board.set(named, {passed, 2, 0, false, SlotState::ready});
    BOOST_TEST(linked_of(newcomer, 2) == 0U);
}

BOOST_AUTO_TEST_CASE(generations_wrap_in_the_cell_and_in_the_slot) {
    for (const std::uint32_t last : {CellWord::generation_mask - 1, std::numeric_limits<std::uint32_t>::max() - 1}) {
        board.set(0, {last, 0, 0, false, SlotState::free});
        for (int step = 0; step < 4; ++step) {
            const auto message = link(0);
            BOOST_TEST(linked_of(board.ring(), board.word(0).owner) == 1U);
            take_and_release(message);
        }
        BOOST_TEST(board.word(0).generation == last + 4);
        check_empty();
    }
}

BOOST_AUTO_TEST_SUITE_END()
