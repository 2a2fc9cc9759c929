// Long random walks of players that die, compared with the model after every step.
//
// Seeds are printed with a failure; HANDOFF_WALK_SEED=N walks that one.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>

#include "queue/random_walk.hpp"

namespace random_walk_test {

using namespace handoff::detail::queue;

void walk(const BoardShape& shape, std::uint64_t seed, int steps) {
    RandomWalk walk(shape, seed);
    for (int step = 0; step < steps; ++step) {
        BOOST_TEST_CONTEXT("seed " << seed << ", step " << step) {
            walk.step();
            walk.compare();
        }
    }
    BOOST_TEST_CONTEXT("seed " << seed << ", at the end") {
        walk.finish();
    }
    BOOST_TEST(walk.sent() > static_cast<std::uint64_t>(steps) / 100);
    BOOST_TEST(walk.deaths() > static_cast<std::uint64_t>(steps) / 200);
}

void walk_all_seeds(const BoardShape& shape) {
    constexpr int steps = 20'000;
    if (const char* seed = std::getenv("HANDOFF_WALK_SEED"))
        return walk(shape, std::strtoull(seed, nullptr, 10), steps);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) walk(shape, seed, steps);
}

}  // namespace random_walk_test

BOOST_AUTO_TEST_SUITE(random_walk_test)

BOOST_AUTO_TEST_CASE(three_slots_in_eight_cells) {
    walk_all_seeds({.slots = 3, .cells = 8, .players = places, .settings = {0, false, false}});
}

BOOST_AUTO_TEST_CASE(seven_slots_in_eight_cells) {
    walk_all_seeds({.slots = 7, .cells = 8, .players = places, .settings = {0, false, false}});
}

BOOST_AUTO_TEST_CASE(large_slots_are_reused_at_once) {
    walk_all_seeds(
        {.slots = 3, .cells = 8, .players = places, .settings = {0, false, false}, .payload_bytes = large_payload});
}

BOOST_AUTO_TEST_CASE(one_slot_in_two_cells) {
    walk_all_seeds({.slots = 1, .cells = 2, .players = places, .settings = {0, false, false}});
}

BOOST_AUTO_TEST_CASE(given_up_after_three_deliveries) {
    walk_all_seeds({.slots = 4, .cells = 16, .players = places, .settings = {3, false, false}});
}

BOOST_AUTO_TEST_CASE(edited_in_place) {
    walk_all_seeds({.slots = 4, .cells = 8, .players = places, .settings = {10, true, false}});
}

BOOST_AUTO_TEST_SUITE_END()
