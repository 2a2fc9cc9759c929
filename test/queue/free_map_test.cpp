// Where free slots are looked for: a hint, so whatever it says no slot is lost and none is handed out twice.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "queue/board.hpp"

namespace free_map_test {

using namespace handoff::detail::queue;
using handoff::detail::participants::Role;
using handoff::detail::slot::SlotState;

constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();

/// Many slots that are not small together.
struct Fixture {
    static constexpr std::uint32_t count = 2'000;
    Board board{{.slots = count, .cells = 8'192, .payload_bytes = 1'024}};
    Player sender{board, Role::sender};
    Player receiver{board, Role::receiver};

    void fill() {
        for (std::uint32_t message = 1; message <= count; ++message) sender.send(message, false);
    }
    void answer(std::uint32_t messages) {
        for (std::uint32_t i = 0; i < messages; ++i)
            BOOST_TEST((receiver->answer(receiver.take(), SlotState::processed) == Outcome::ok));
    }
    /// All bits of the map have that value.
    void set_map(std::uint64_t bits) const {
        for (std::uint32_t word = 0; word < FreeMap::words_for(count); ++word)
            board.control().cells[board.shape().cells + word].store(bits);
    }
    /// Loans until there is nothing: so many, all different.
    std::uint32_t loan_all() {
        std::set<std::uint32_t> loaned;
        while (const auto held = sender->loan()) {
            BOOST_TEST_REQUIRE(held->slot < count);
            BOOST_TEST_REQUIRE(loaned.insert(held->slot).second);
        }
        return static_cast<std::uint32_t>(loaned.size());
    }
};

}  // namespace free_map_test

BOOST_FIXTURE_TEST_SUITE(free_map_test, Fixture)

BOOST_AUTO_TEST_CASE(every_size_has_a_bit_for_each_slot_and_none_beyond) {
    for (const std::uint32_t slots : {1U, 2U, 63U, 64U, 65U, 4'095U, 4'096U, 4'097U, 65'535U}) {
        std::vector<handoff::detail::sync::SharedWord> words(FreeMap::words_for(slots));
        const FreeMap map(words.data(), slots);
        map.place();
        for (std::uint32_t slot = 0; slot < slots; ++slot) BOOST_TEST_REQUIRE(map.take().value() == slot);
        BOOST_TEST(!map.take().has_value());
        map.put(slots - 1);
        BOOST_TEST(map.take().value() == slots - 1);
        for (auto& word : words) word.store(max64);
        for (std::uint32_t slot = 0; slot < slots; ++slot) BOOST_TEST_REQUIRE(map.take().value() == slot);
        BOOST_TEST(!map.take().has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_batch_gets_what_it_asks_for_however_many_are_queued) {
    fill();
    answer(1'500);
    std::vector<Held> batch(1'000);
    BOOST_TEST(sender->loan_next(batch) == batch.size());
    BOOST_TEST(sender->loan_next(batch) == 500U);
    BOOST_TEST(board.count(SlotState::free) == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_freed_by_each_way_is_found_by_its_hint) {
    fill();
    std::vector<Held> batch(8);
    const auto found = [&] {
        const std::size_t loaned = sender->loan_next(batch);
        for (std::size_t i = 0; i < loaned; ++i) BOOST_TEST((sender->commit(batch[i], false) == Outcome::ok));
        return loaned;
    };
    answer(3);
    BOOST_TEST(found() == 3U);
    for (int i = 0; i < 2; ++i)
        BOOST_TEST((receiver->answer(receiver.take(), SlotState::processed, Notify::later) == Outcome::ok));
    BOOST_TEST(found() == 2U);
    answer(2);
    const Held one = sender->loan().value(), other = sender->loan().value();
    sender->return_loan(one);
    sender->return_loan(other);
    BOOST_TEST(found() == 2U);
    answer(2);
    sender->loan();
    sender->loan();
    receiver->recover(sender.index());  // of the loans of the dead
    BOOST_TEST(found() == 2U);
}

BOOST_AUTO_TEST_CASE(whatever_the_map_says_no_slot_is_lost_and_none_invented) {
    std::mt19937_64 random(1);
    for (const std::uint64_t bits : {std::uint64_t{0}, max64, random(), random()}) {
        set_map(bits);
        board.control().last_freed.store(static_cast<std::uint32_t>(random()));
        fill();
        answer(700);
        set_map(bits);
        board.control().last_freed.store(static_cast<std::uint32_t>(random()));
        BOOST_TEST(loan_all() == 700U);
        receiver->recover(sender.index());
        answer(count - 700);
        BOOST_TEST(board.count(SlotState::free) == count);
    }
}

/// Bits that stand for slots in use cost their look, once.
BOOST_AUTO_TEST_CASE(a_batch_gets_what_it_asks_for_whatever_bits_are_stale) {
    fill();
    for (const std::uint32_t slot : {1'234U, 1'600U, 1'999U}) board.set(slot, board.word(slot).freed());
    set_map(max64);
    std::vector<Held> batch(3);
    BOOST_TEST(sender->loan_next(batch) == batch.size());
    BOOST_TEST(!board.free_map().take().has_value());
}

/// Nobody has said that it is free.
BOOST_AUTO_TEST_CASE(a_slot_whose_liberator_died_before_it_set_the_bit_is_found) {
    fill();
    board.set(1'234, board.word(1'234).freed());
    BOOST_TEST(sender->loan().value().slot == 1'234U);
    BOOST_TEST(!sender->loan().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
