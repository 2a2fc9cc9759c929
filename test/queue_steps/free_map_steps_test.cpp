// The map of free slots while two use it at once, the one stopped at every look: of the living no free slot loses its
// bit.
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <vector>

#include "broadcast/actor.hpp"
#include "queue/free_map.hpp"
#include "sync/shared_word.hpp"

namespace free_map_steps_test {

using handoff::detail::queue::FreeMap;
using handoff::detail::sync::SharedWord;
using handoff::test::Actor;

constexpr std::uint32_t slots = 130;  // words below: three; above: one
constexpr std::uint32_t before = 3, meanwhile = 5;
constexpr int most_stops = 40;  // more than one take() or put() has

/// A map in which no slot is free.
struct Map {
    std::vector<SharedWord> words = std::vector<SharedWord>(FreeMap::words_for(slots));
    FreeMap map{words.data(), slots};

    Map() {
        map.place();
        while (map.take()) {
        }
    }
    /// The bit above stays where its word was emptied by a take() that found something.
    void leave_a_bit_above() const {
        map.put(before);
        BOOST_TEST_REQUIRE((map.take() == before));
    }
};

/// One of the two found it.
void check_found_once(std::optional<std::uint32_t> found, const Map& state) {
    const auto left = state.map.take();
    BOOST_TEST((found == meanwhile) != (left == meanwhile), "a free slot has no bit, or has it twice");
    BOOST_TEST(!state.map.take().has_value());
}

}  // namespace free_map_steps_test

BOOST_AUTO_TEST_SUITE(free_map_steps_test)

/// Seen empty; then the slot comes; then the bit above is cleared.
BOOST_AUTO_TEST_CASE(a_slot_that_comes_while_its_word_is_found_empty_keeps_its_bits) {
    int interleavings = 0;
    for (int stops = 1; stops < most_stops; ++stops) {
        const Map state;
        state.leave_a_bit_above();
        std::optional<std::uint32_t> found;
        Actor taker([&] { found = state.map.take(); });
        if (!taker.pass(stops)) break;
        ++interleavings;
        state.map.put(meanwhile);
        taker.finish();
        check_found_once(found, state);
    }
    BOOST_TEST(interleavings > 3);
}

/// Half put, looked for, then wholly put.
BOOST_AUTO_TEST_CASE(a_slot_that_is_looked_for_while_it_comes_keeps_its_bits) {
    for (const bool bit_above : {false, true}) {
        int interleavings = 0;
        for (int stops = 1; stops < most_stops; ++stops) {
            const Map state;
            if (bit_above) state.leave_a_bit_above();
            Actor putter([&] { state.map.put(meanwhile); });
            if (!putter.pass(stops)) break;
            ++interleavings;
            const auto found = state.map.take();
            putter.finish();
            check_found_once(found, state);
        }
        BOOST_TEST(interleavings > 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
