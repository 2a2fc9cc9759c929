// What a recovery costs, counted in looks at shared words and changes of them: a figure that no other load can move.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>

#include "broadcast/actor.hpp"
#include "queue/board.hpp"

namespace recovery_cost_test {

using namespace handoff::detail::queue;
using handoff::detail::participants::Role;
using handoff::test::Actor;

constexpr std::uint32_t slots = 255, cells = 1024;

int stops_of_recovery(Player& survivor, std::uint32_t dead) {
    Actor recoverer([&] { survivor->recover(dead); });
    int stops = 0;
    while (recoverer.step()) ++stops;
    return stops;
}

}  // namespace recovery_cost_test

BOOST_AUTO_TEST_SUITE(recovery_cost_test)

BOOST_AUTO_TEST_CASE(recovery_looks_at_each_cell_once) {
    const Board board({.slots = slots, .cells = cells});
    std::optional<Player> sender{std::in_place, board, Role::sender};
    Player survivor{board, Role::receiver};
    for (std::uint32_t message = 1; message <= slots; ++message) sender->send(message, false);
    const std::uint32_t dead = sender->index();
    sender.reset();
    // Of each cell the word and that of its slot; of each slot the word twice; and head and tail.
    BOOST_TEST(stops_of_recovery(survivor, dead) <= static_cast<int>(cells + slots + 2 * slots + 2));
    BOOST_TEST(board.full_cells() == slots);
}

/// None of them linked, which costs the links as well.
BOOST_AUTO_TEST_CASE(requests_of_a_dead_receiver_are_linked_after_one_look_at_each_cell) {
    const Board board({.slots = slots, .cells = cells});
    Player sender{board, Role::sender};
    std::optional<Player> receiver{std::in_place, board, Role::receiver};
    for (std::uint32_t message = 1; message <= slots; ++message) sender.send(message, false);
    for (std::uint32_t message = 1; message <= slots; ++message) receiver->take();
    const std::uint32_t dead = receiver->index();
    receiver.reset();
    constexpr int of_a_link = 20;
    BOOST_TEST(stops_of_recovery(sender, dead) <= static_cast<int>(cells + slots + (4 + of_a_link) * slots));
    Player survivor{board, Role::receiver};
    for (std::uint32_t message = 1; message <= slots; ++message)
        BOOST_TEST(board.read(survivor.take().slot) == message);
    BOOST_TEST(survivor->take().outcome == RingOutcome::empty);
}

BOOST_AUTO_TEST_SUITE_END()
