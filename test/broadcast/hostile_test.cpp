// Words that no member of the protocol would write: an answer in bounded time, and no access outside (AddressSanitizer
// watches the board's allocations).
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>

#include "broadcast/board.hpp"

namespace broadcast_hostile_test {

using namespace handoff::detail::broadcast;
using handoff::Errc;
using Outcome = Look::Outcome;

constexpr std::uint32_t writer = 1, reader = 3;
constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();

struct Fixture {
    BroadcastBoard board;
    std::uint64_t first = board->first();

    Fixture() {
        for (std::uint64_t message = 0; message < 5; ++message) board.publish(writer, message);
    }
};

std::uint64_t any_word(std::mt19937_64& random) {
    const std::uint64_t any = random();
    return random() % 2 == 0 ? any : any % 20;  // small numbers are the dangerous ones
}

/// Into every word that members share.
void scribble(BroadcastBoard& board, std::mt19937_64& random) {
    board.control().tail.store(any_word(random));
    board.control().last_evicted.store(static_cast<std::uint32_t>(any_word(random)));
    for (std::uint64_t cell = 0; cell < 3; ++cell)
        board.set_cell(cell,
                       {any_word(random) % (std::uint64_t{1} << 48), static_cast<std::uint16_t>(any_word(random))});
    for (std::uint32_t slot = 0; slot < board.shape().slots(); ++slot) {
        board.slots()[slot].control.store(any_word(random));
        board.slots()[slot].pins.store(random() % 2 == 0 ? 0 : any_word(random));
        board.slots()[slot].sequence.store(any_word(random));
    }
}

}  // namespace broadcast_hostile_test

BOOST_FIXTURE_TEST_SUITE(broadcast_hostile_test, Fixture)

BOOST_AUTO_TEST_CASE(a_cell_that_names_a_slot_out_of_range_is_damaged) {
    const std::uint64_t newest = board->newest();
    for (const std::uint32_t slot : {board.shape().slots(), 1000U, 0xffffU}) {
        board.set_cell(newest, {newest, static_cast<std::uint16_t>(slot)});
        BOOST_TEST(board->pin(newest, pin_bit(reader)).outcome == Outcome::damaged);
        BOOST_TEST(board->find(newest).outcome == Outcome::damaged);
    }
    BOOST_TEST(board->pin(newest - 1, pin_bit(reader)).outcome == Outcome::message);
    for (std::uint64_t message = 5; message < 9; ++message) board.publish(writer, message);  // it is overwritten
    BOOST_TEST(board->pin(newest, pin_bit(reader)).outcome == Outcome::message);
}

BOOST_AUTO_TEST_CASE(a_tail_that_points_anywhere_is_damaged_for_publishers_and_bounded_for_all) {
    for (const std::uint64_t tail :
         {std::uint64_t{0}, std::uint64_t{1}, first + 50, std::uint64_t{1} << 40, std::uint64_t{1} << 48, max64}) {
        board.control().tail.store(tail);
        const auto loan = board->loan(writer);
        BOOST_TEST_REQUIRE(loan.has_value());
        const auto sequence = board->publish(*loan);
        if (tail > first) BOOST_TEST((!sequence && sequence.error() == Errc::damaged));
        if (tail <= first) BOOST_TEST(sequence.has_value());  // behind: helped on
        board->return_loan(*loan);
        (void)board->newest();
        (void)board->oldest();
        (void)board->pin(first, pin_bit(reader));
        board->recover(reader);
    }
}

BOOST_AUTO_TEST_CASE(a_cell_with_a_sequence_of_another_cell_is_damaged) {
    board.set_cell(board->newest() + 1, {1, 0});
    const auto loan = board->loan(writer);
    BOOST_TEST_REQUIRE(loan.has_value());
    const auto sequence = board->publish(*loan);
    BOOST_TEST((!sequence && sequence.error() == Errc::damaged));
}

BOOST_AUTO_TEST_CASE(a_cell_far_ahead_does_not_keep_a_subscriber_for_ever) {
    const std::uint64_t far = (std::uint64_t{1} << 48) - 1;
    for (std::uint64_t index = 0; index < 3; ++index) board.set_cell(index, {far, 0});
    const Look pinned = board->pin(first, pin_bit(reader)), found = board->find(first);
    for (const Look& look : {pinned, found})  // one cell can be where it says it is
        BOOST_TEST((look.outcome != Outcome::message || (look.slot == 0 && look.position == far)));
}

BOOST_AUTO_TEST_CASE(slots_whose_words_make_no_sense_are_not_loaned) {
    for (std::uint32_t slot = 0; slot < board.shape().slots(); ++slot)
        board.slots()[slot].control.store(SlotWord{7, 0xffff, 255, true, static_cast<SlotState>(0x7f)}.encode());
    BOOST_TEST(!board->loan(writer).has_value());
    board->recover(writer);
    BOOST_TEST(!board->loan(writer).has_value());
}

BOOST_AUTO_TEST_CASE(random_words_everywhere) {
    const char* wanted = std::getenv("HANDOFF_WALK_SEED");
    const std::uint64_t seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : std::random_device{}();
    BOOST_TEST_MESSAGE("HANDOFF_WALK_SEED=" << seed);
    std::mt19937_64 random(seed);
    std::uint64_t answers = 0;
    for (int round = 0; round < 300; ++round) {
        BOOST_TEST_CONTEXT("HANDOFF_WALK_SEED=" << seed << ", round " << round) {
            scribble(board, random);
            const Look look = board->pin(any_word(random), pin_bit(reader));
            if (look.outcome == Outcome::message) BOOST_TEST(look.slot < board.shape().slots());
            const Look found = board->find(any_word(random));
            if (found.outcome == Outcome::message) {
                BOOST_TEST(found.slot < board.shape().slots());
                (void)board->still_there(found);
                ++answers;
            }
            if (const auto loan = board->loan(writer)) {
                BOOST_TEST(loan->slot < board.shape().slots());
                if (!board->publish(*loan)) board->return_loan(*loan);
                ++answers;
            }
            (void)board->newest();
            (void)board->oldest();
            board->recover(reader);
            board->recover(writer);
        }
    }
    BOOST_TEST(answers > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
