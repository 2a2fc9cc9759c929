// The hints that processes share, head and tail, only go forward, whoever stops with an old look at them.
#include <boost/test/unit_test.hpp>

#include <cstdint>

#include "broadcast/actor.hpp"
#include "queue/board.hpp"

namespace hint_test {

using namespace handoff::detail::queue;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;
using handoff::test::Actor;

constexpr int most_stops = 12;          // more than one link() or take() has
constexpr int messages_meanwhile = 20;  // the hints move once in eight

/// Two processes at one ring: each remembers for itself how far it has come.
struct Hints {
    Board board{{.slots = 3, .cells = 64}};
    Ring slow{board.ring()};
    Ring quick{board.ring()};

    void link(const Ring& ring, std::uint32_t slot) const {
        SlotWord word = board.word(slot);
        word.state = SlotState::ready;
        board.set(slot, word);
        BOOST_TEST_REQUIRE((ring.link(slot, word.generation) == RingOutcome::ok));
    }
    void take_and_release(const Ring& ring) const {
        const Claim claim = ring.take(1);
        if (claim.outcome == RingOutcome::ok) board.set(claim.slot, board.word(claim.slot).freed());
    }
    void pass_messages() const {
        for (int i = 0; i < messages_meanwhile; ++i) {
            link(quick, 2);
            take_and_release(quick);
        }
    }
    /// The slow one goes on; after each of its steps no hint lies behind where it was.
    void finish_and_watch(Actor& actor) const {
        std::uint64_t head = board.control().head.load();
        std::uint64_t tail = board.control().tail.load();
        for (bool goes_on = true; goes_on;) {
            goes_on = actor.step();
            BOOST_TEST(board.control().head.load() >= head, "the head went back");
            BOOST_TEST(board.control().tail.load() >= tail, "the tail went back");
            head = board.control().head.load();
            tail = board.control().tail.load();
        }
    }
};

}  // namespace hint_test

BOOST_AUTO_TEST_SUITE(hint_test)

BOOST_AUTO_TEST_CASE(a_linker_that_was_overtaken_does_not_set_the_tail_back) {
    for (int stops = 1; stops < most_stops; ++stops) {
        Hints hints;
        Actor actor([&] { hints.link(hints.slow, 0); });
        if (!actor.pass(stops)) continue;
        hints.pass_messages();
        BOOST_TEST_REQUIRE(hints.board.control().tail.load() > 0U);
        hints.finish_and_watch(actor);
    }
}

BOOST_AUTO_TEST_CASE(a_taker_that_was_overtaken_does_not_set_the_head_back) {
    for (int stops = 1; stops < most_stops; ++stops) {
        Hints hints;
        hints.link(hints.quick, 0);
        Actor actor([&] { hints.take_and_release(hints.slow); });
        if (!actor.pass(stops)) continue;
        hints.pass_messages();
        hints.finish_and_watch(actor);
    }
}

BOOST_AUTO_TEST_SUITE_END()
