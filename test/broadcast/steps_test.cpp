// The broadcast protocol, one step at a time: somebody stops or dies before each look at a shared word, or before or
// after each change, and the others do whatever would hurt most.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>

#include "broadcast/actor.hpp"
#include "broadcast/board.hpp"

namespace steps_test {

using namespace handoff::detail::broadcast;
using handoff::test::Actor;
using Outcome = Look::Outcome;

constexpr std::uint32_t target = 1, survivor = 2, reader = 3;
constexpr std::uint64_t targets_message = 1'000'000;

/// Runs the scenario with its target stopped at its first, second, third, ... stop, until it is not stopped any more.
/// The scenario says whether its target was stopped.
void at_every_stop(int at_least, const std::function<bool(int)>& scenario) {
    constexpr int too_many = 1000;
    for (int stops = 1; stops < too_many; ++stops) {
        BOOST_TEST_CONTEXT("stopped at stop " << stops) {
            if (scenario(stops)) continue;
            BOOST_TEST(stops > at_least, "the target has fewer stops than it should");
            return;
        }
    }
    BOOST_ERROR("the target has no end");
}

struct Setup {
    BroadcastBoard board;
    std::uint64_t first = board->first();
    std::uint64_t published = 0;

    explicit Setup(const BroadcastShape& shape = {}) : board(shape) {}

    void publish(int count) {
        for (int i = 0; i < count; ++i) {
            const std::uint64_t sequence = board.publish(survivor, published);
            BOOST_TEST(sequence == first + published);
            ++published;
        }
    }
    /// The newest messages are there and whole, nothing is held, and every other slot can be loaned.
    void check_sound(std::optional<std::uint64_t> position_of_targets_message = std::nullopt) {
        BOOST_TEST(board.count(SlotState::loaned) == 0U);
        std::uint64_t expected = board->oldest();
        for (; expected <= board->newest(); ++expected) {
            const Look look = board->pin(expected, pin_bit(reader));
            BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
            BOOST_TEST(look.position == expected);
            BOOST_TEST(board.state(look.slot) == SlotState::published);
            const std::uint64_t content = expected == position_of_targets_message ? targets_message : expected - first;
            BOOST_TEST((board.read(look.slot) == content));
            board->unpin(look.slot, pin_bit(reader));
        }
        BOOST_TEST(board->pin(expected, pin_bit(reader)).outcome == Outcome::nothing);
        std::uint32_t free = 0;
        while (const auto loan = board->loan(survivor)) {
            BOOST_TEST(!board.is_kept(loan->slot));
            ++free;
        }
        BOOST_TEST(free == board.shape().slots() - board.shape().history);
        board->recover(survivor);
    }
    /// The target's message got a place if the newest is one more than the survivor published.
    std::optional<std::uint64_t> targets_place(std::uint64_t before) const {
        if (board->newest() + 1 - first == before) return std::nullopt;
        BOOST_TEST(board->newest() + 1 - first == before + 1);
        return board->newest();
    }
};

}  // namespace steps_test

BOOST_AUTO_TEST_SUITE(steps_test)

BOOST_AUTO_TEST_CASE(a_publisher_dies_and_is_recovered) {
    int linked = 0, unlinked = 0;
    at_every_stop(9, [&](int stops) {
        Setup setup;
        setup.publish(4);
        Actor dying([&] { setup.board.publish(target, targets_message); });
        const bool died = dying.pass(stops);
        const auto place = setup.targets_place(4);
        ++(place ? linked : unlinked);
        for (int time = 0; time < 2; ++time) {
            setup.board->recover(target);
            setup.check_sound(place);
        }
        setup.published += place ? 1U : 0U;
        setup.publish(2);
        setup.check_sound(place);
        setup.publish(20);
        setup.check_sound();
        return died;
    });
    BOOST_TEST(linked > 3);
    BOOST_TEST(unlinked > 3);
}

BOOST_AUTO_TEST_CASE(a_publisher_dies_and_is_recovered_after_its_message_was_evicted) {
    at_every_stop(9, [&](int stops) {
        Setup setup;
        setup.publish(4);
        Actor dying([&] { setup.board.publish(target, targets_message); });
        const bool died = dying.pass(stops);
        setup.published += setup.targets_place(4) ? 1U : 0U;
        setup.publish(20);
        setup.board->recover(target);
        setup.check_sound();
        setup.publish(20);
        setup.check_sound();
        return died;
    });
}

BOOST_AUTO_TEST_CASE(a_publisher_is_stopped_while_others_go_round_and_then_goes_on) {
    at_every_stop(9, [&](int stops) {
        Setup setup;
        setup.publish(4);
        std::optional<std::uint64_t> sequence;
        Actor slow([&] { sequence = setup.board.publish(target, targets_message); });
        const bool stopped = slow.pass(stops);
        const auto place = setup.targets_place(4);
        setup.published += place ? 1U : 0U;
        setup.publish(10);
        slow.finish();
        BOOST_TEST_REQUIRE(sequence.has_value());
        BOOST_TEST(*sequence == place.value_or(setup.first + setup.published));
        setup.published += place ? 0U : 1U;
        setup.check_sound(sequence);
        setup.publish(20);
        setup.check_sound();
        return stopped;
    });
}

BOOST_AUTO_TEST_CASE(two_publishers_at_every_pair_of_stops) {
    for (int lead = 0; lead < 40; ++lead) {
        at_every_stop(9, [&](int stops) {
            Setup setup({.history = 2, .loans = 2, .pins = 0});
            setup.publish(3);
            std::uint64_t one = 0, two = 0;
            Actor first([&] { one = setup.board.publish(target, targets_message); });
            Actor second([&] { two = setup.board.publish(survivor, targets_message); });
            first.pass(lead);
            const bool stopped = second.pass(stops);
            first.finish();
            second.finish();
            BOOST_TEST(one != two);
            BOOST_TEST(one + two == 2 * (setup.first + 3) + 1);  // the next two sequences, whoever got which
            BOOST_TEST(setup.board->newest() == std::max(one, two));
            setup.published += 2;
            setup.publish(4);
            setup.check_sound();
            return stopped;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_message_whose_publisher_died_before_it_moved_the_tail_is_seen_and_followed) {
    bool lagged = false;
    at_every_stop(9, [&](int stops) {
        Setup setup;
        setup.publish(4);
        Actor dying([&] { setup.board.publish(target, targets_message); });
        const bool died = dying.pass(stops);
        const std::uint64_t place = setup.first + 4;
        if (setup.board.cell(place).sequence != place) return died;
        const bool lags = setup.board.control().tail.load() == place;
        lagged = lagged || lags;
        BOOST_TEST(setup.board->newest() == place);
        const Look look = setup.board->pin(place, pin_bit(reader));
        BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
        BOOST_TEST((setup.board.read(look.slot) == targets_message));
        BOOST_TEST(setup.board.publish(survivor, 5) == place + 1);
        BOOST_TEST(setup.board.control().tail.load() == place + 2);
        return died;
    });
    BOOST_TEST(lagged);
}

BOOST_AUTO_TEST_CASE(a_subscriber_is_stopped_while_it_pins_and_the_publishers_go_round) {
    for (const int burst : {1, 2, 3, 4, 5, 9}) {
        at_every_stop(2, [&](int stops) {
            Setup setup;
            setup.publish(3);
            std::optional<Look> look;
            Actor slow([&] { look = setup.board->pin(setup.first, pin_bit(reader)); });
            const bool stopped = slow.pass(stops);
            setup.publish(burst);
            // Fill whatever can be loaned, as a publisher would that is ahead.
            while (const auto loan = setup.board->loan(target)) setup.board.write(loan->slot, targets_message);
            slow.finish();
            BOOST_TEST_REQUIRE(look.has_value());
            BOOST_TEST_REQUIRE(look->outcome == Outcome::message);
            BOOST_TEST((setup.board.read(look->slot) == look->position - setup.first));
            const std::uint64_t kept = setup.board->oldest();
            BOOST_TEST((look->position == setup.first || look->position == kept));
            BOOST_TEST(setup.board.pins(look->slot) == pin_bit(reader));
            for (std::uint32_t slot = 0; slot < setup.board.shape().slots(); ++slot)
                if (slot != look->slot) BOOST_TEST(setup.board.pins(slot) == 0U);
            setup.board->recover(target);
            setup.publish(10);
            BOOST_TEST((setup.board.read(look->slot) == look->position - setup.first));
            return stopped;
        });
    }
}

/// Between two looks of the loan a subscriber pins the message and others evict it: the loan must see one or the other.
BOOST_AUTO_TEST_CASE(a_loan_stopped_while_its_slot_is_pinned_and_evicted) {
    at_every_stop(3, [&](int stops) {
        Setup setup;
        setup.publish(3);
        while (const auto loan = setup.board->loan(survivor)) {  // nothing is left but what is kept
        }
        const Look kept = setup.board->find(setup.first);
        const Held spare{[&] {
            for (std::uint32_t slot = 0; slot < setup.board.shape().slots(); ++slot)
                if (setup.board.state(slot) == SlotState::loaned)
                    return Held{slot, setup.board.slots()[slot].control.load()};
            throw std::logic_error("nothing is on loan");
        }()};
        setup.board.write(spare.slot, 3);
        std::optional<Held> loan;
        Actor slow([&] { loan = setup.board->loan(target); });
        const bool stopped = slow.pass(stops);
        BOOST_TEST_REQUIRE(setup.board->pin(setup.first, pin_bit(reader)).slot == kept.slot);
        BOOST_TEST(setup.board->publish(spare).has_value());  // evicts what is pinned
        slow.finish();
        if (loan) BOOST_TEST(loan->slot != kept.slot);
        BOOST_TEST((setup.board.read(kept.slot) == 0U));
        return stopped;
    });
}

BOOST_AUTO_TEST_CASE(a_subscriber_dies_while_it_pins) {
    at_every_stop(2, [&](int stops) {
        Setup setup;
        setup.publish(3);
        Actor dying([&] { (void)setup.board->pin(setup.first, pin_bit(reader)); });
        const bool died = dying.pass(stops);
        setup.publish(5);
        const Look alive = setup.board->pin(setup.board->oldest(), pin_bit(survivor));
        for (int time = 0; time < 2; ++time) setup.board->recover(reader);
        for (std::uint32_t slot = 0; slot < setup.board.shape().slots(); ++slot)
            BOOST_TEST(setup.board.pins(slot) == (slot == alive.slot ? pin_bit(survivor) : 0U));
        setup.publish(5);
        BOOST_TEST((setup.board.read(alive.slot) == alive.position - setup.first));
        setup.board->unpin(alive.slot, pin_bit(survivor));
        setup.check_sound();
        return died;
    });
}

BOOST_AUTO_TEST_CASE(a_copy_at_every_stop_is_whole_or_refused) {
    int good = 0, refused = 0;
    for (const int burst : {0, 1, 3, 4, 6}) {
        at_every_stop(4, [&](int stops) {
            Setup setup;
            setup.publish(3);
            Look look;
            std::optional<std::uint64_t> content;
            Actor slow([&] {
                look = setup.board->find(setup.first);
                content = setup.board.read(look.slot);
            });
            const bool stopped = slow.pass(stops);
            setup.publish(burst);
            while (const auto loan = setup.board->loan(target)) setup.board.write(loan->slot, targets_message);
            slow.finish();
            BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
            const bool there = setup.board->still_there(look);
            ++(there ? good : refused);
            if (there) BOOST_TEST((content == look.position - setup.first));
            return stopped;
        });
    }
    BOOST_TEST(good > 0);
    BOOST_TEST(refused > 0);
}

/// The slot is loaned, published and kept by somebody else between the look at it and the exchange.
BOOST_AUTO_TEST_CASE(a_loan_that_was_stopped_does_not_take_a_slot_that_is_kept_meanwhile) {
    at_every_stop(0, [&](int stops) {
        Setup setup({.history = 2, .loans = 2, .pins = 0});
        setup.publish(6);
        std::optional<Held> loan;
        Actor slow([&] { loan = setup.board->loan(target); });
        const bool stopped = slow.pass(stops);
        for (int round = 0; round < 12; ++round) {
            setup.publish(1);
            if (!slow.has_ended()) continue;
            BOOST_TEST_REQUIRE(loan.has_value());
            BOOST_TEST(!setup.board.is_kept(loan->slot));
        }
        slow.finish();
        BOOST_TEST_REQUIRE(loan.has_value());
        BOOST_TEST(!setup.board.is_kept(loan->slot));
        setup.board.write(loan->slot, targets_message);
        setup.board->recover(target);
        setup.check_sound();
        return stopped;
    });
}

/// As before, with every number of messages between: also the one that makes it the same slot by the same publisher.
BOOST_AUTO_TEST_CASE(a_loan_that_was_stopped_finds_the_generation_changed) {
    int same_slot = 0;
    for (int rounds = 1; rounds < 12; ++rounds) {
        at_every_stop(2, [&](int stops) {
            Setup setup({.history = 2, .loans = 2, .pins = 0});
            setup.publish(6);
            std::optional<Held> loan;
            Actor slow([&] { loan = setup.board->loan(target); });
            const bool stopped = slow.pass(stops);
            const std::uint32_t wanted = setup.board.control().last_evicted.load();
            setup.publish(rounds);
            if (setup.board.is_kept(wanted)) ++same_slot;
            slow.finish();
            BOOST_TEST_REQUIRE(loan.has_value());
            BOOST_TEST(!setup.board.is_kept(loan->slot));
            setup.board->recover(target);
            setup.check_sound();
            return stopped;
        });
    }
    BOOST_TEST(same_slot > 3);
}

BOOST_AUTO_TEST_CASE(a_recoverer_dies_at_every_stop_and_the_next_one_starts_over) {
    for (int deadly_stop = 4; deadly_stop < 20; ++deadly_stop) {
        at_every_stop(1, [&](int stops) {
            Setup setup;
            setup.publish(4);
            (void)setup.board->pin(setup.first + 2, pin_bit(target));
            Actor dying([&] { setup.board.publish(target, targets_message); });
            dying.pass(deadly_stop);
            const auto place = setup.targets_place(4);
            Actor recoverer([&] { setup.board->recover(target); });
            const bool died = recoverer.pass(stops);
            setup.board->recover(target);
            for (std::uint32_t slot = 0; slot < setup.board.shape().slots(); ++slot)
                BOOST_TEST(setup.board.pins(slot) == 0U);
            setup.check_sound(place);
            return died;
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()
