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

using namespace handoff::detail::broadcast;
using handoff::test::Actor;
using Outcome = Look::Outcome;

namespace {

constexpr std::uint32_t victim = 1, survivor = 2, reader = 3;
constexpr std::uint64_t victims_message = 1'000'000;

/// Runs the scenario with its victim stopped at its first, second, third, ... stop, until it is not stopped any more.
/// The scenario says whether its victim was stopped.
void at_every_stop(int at_least, const std::function<bool(int)>& scenario) {
    constexpr int too_many = 1000;
    for (int stops = 1; stops < too_many; ++stops) {
        BOOST_TEST_CONTEXT("stopped at stop " << stops) {
            if (scenario(stops)) continue;
            BOOST_TEST(stops > at_least, "the victim has fewer stops than it should");
            return;
        }
    }
    BOOST_ERROR("the victim has no end");
}

struct Stage {
    BroadcastBoard board;
    std::uint64_t first = board->first();
    std::uint64_t published = 0;

    explicit Stage(const BroadcastShape& shape = {}) : board(shape) {}

    void publish(int count) {
        for (int i = 0; i < count; ++i) {
            const std::uint64_t sequence = board.publish(survivor, published);
            BOOST_TEST(sequence == first + published);
            ++published;
        }
    }
    /// The newest messages are there and whole, nothing is held, and every other slot can be loaned.
    void check_sound(std::optional<std::uint64_t> position_of_victims_message = std::nullopt) {
        BOOST_TEST(board.count(SlotState::loaned) == 0U);
        std::uint64_t expected = board->oldest();
        for (; expected <= board->newest(); ++expected) {
            const Look look = board->pin(expected, pin_bit(reader));
            BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
            BOOST_TEST(look.position == expected);
            BOOST_TEST(board.state(look.slot) == SlotState::published);
            const std::uint64_t content = expected == position_of_victims_message ? victims_message : expected - first;
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
    /// The victim's message got a place if the newest is one more than the survivor published.
    std::optional<std::uint64_t> victims_place(std::uint64_t before) const {
        if (board->newest() + 1 - first == before) return std::nullopt;
        BOOST_TEST(board->newest() + 1 - first == before + 1);
        return board->newest();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(steps_test)

BOOST_AUTO_TEST_CASE(a_publisher_dies_and_is_recovered) {
    int linked = 0, unlinked = 0;
    at_every_stop(9, [&](int stops) {
        Stage stage;
        stage.publish(4);
        Actor dying([&] { stage.board.publish(victim, victims_message); });
        const bool died = dying.pass(stops);
        const auto place = stage.victims_place(4);
        ++(place ? linked : unlinked);
        for (int time = 0; time < 2; ++time) {
            stage.board->recover(victim);
            stage.check_sound(place);
        }
        stage.published += place ? 1U : 0U;
        stage.publish(2);
        stage.check_sound(place);
        stage.publish(20);
        stage.check_sound();
        return died;
    });
    BOOST_TEST(linked > 3);
    BOOST_TEST(unlinked > 3);
}

BOOST_AUTO_TEST_CASE(a_publisher_dies_and_is_recovered_after_its_message_was_evicted) {
    at_every_stop(9, [&](int stops) {
        Stage stage;
        stage.publish(4);
        Actor dying([&] { stage.board.publish(victim, victims_message); });
        const bool died = dying.pass(stops);
        stage.published += stage.victims_place(4) ? 1U : 0U;
        stage.publish(20);
        stage.board->recover(victim);
        stage.check_sound();
        stage.publish(20);
        stage.check_sound();
        return died;
    });
}

BOOST_AUTO_TEST_CASE(a_publisher_is_stopped_while_others_go_round_and_then_goes_on) {
    at_every_stop(9, [&](int stops) {
        Stage stage;
        stage.publish(4);
        std::optional<std::uint64_t> sequence;
        Actor slow([&] { sequence = stage.board.publish(victim, victims_message); });
        const bool stopped = slow.pass(stops);
        const auto place = stage.victims_place(4);
        stage.published += place ? 1U : 0U;
        stage.publish(10);
        slow.finish();
        BOOST_TEST_REQUIRE(sequence.has_value());
        BOOST_TEST(*sequence == place.value_or(stage.first + stage.published));
        stage.published += place ? 0U : 1U;
        stage.check_sound(sequence);
        stage.publish(20);
        stage.check_sound();
        return stopped;
    });
}

BOOST_AUTO_TEST_CASE(two_publishers_at_every_pair_of_stops) {
    for (int lead = 0; lead < 40; ++lead) {
        at_every_stop(9, [&](int stops) {
            Stage stage({.history = 2, .loans = 2, .pins = 0});
            stage.publish(3);
            std::uint64_t one = 0, two = 0;
            Actor first([&] { one = stage.board.publish(victim, victims_message); });
            Actor second([&] { two = stage.board.publish(survivor, victims_message); });
            first.pass(lead);
            const bool stopped = second.pass(stops);
            first.finish();
            second.finish();
            BOOST_TEST(one != two);
            BOOST_TEST(one + two == 2 * (stage.first + 3) + 1);  // the next two sequences, whoever got which
            BOOST_TEST(stage.board->newest() == std::max(one, two));
            stage.published += 2;
            stage.publish(4);
            stage.check_sound();
            return stopped;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_message_whose_publisher_died_before_it_moved_the_tail_is_seen_and_followed) {
    bool lagged = false;
    at_every_stop(9, [&](int stops) {
        Stage stage;
        stage.publish(4);
        Actor dying([&] { stage.board.publish(victim, victims_message); });
        const bool died = dying.pass(stops);
        const std::uint64_t place = stage.first + 4;
        if (stage.board.cell(place).sequence != place) return died;
        const bool lags = stage.board.control().tail.load() == place;
        lagged = lagged || lags;
        BOOST_TEST(stage.board->newest() == place);
        const Look look = stage.board->pin(place, pin_bit(reader));
        BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
        BOOST_TEST((stage.board.read(look.slot) == victims_message));
        BOOST_TEST(stage.board.publish(survivor, 5) == place + 1);
        BOOST_TEST(stage.board.control().tail.load() == place + 2);
        return died;
    });
    BOOST_TEST(lagged);
}

BOOST_AUTO_TEST_CASE(a_subscriber_is_stopped_while_it_pins_and_the_publishers_go_round) {
    for (const int burst : {1, 2, 3, 4, 5, 9}) {
        at_every_stop(2, [&](int stops) {
            Stage stage;
            stage.publish(3);
            std::optional<Look> look;
            Actor slow([&] { look = stage.board->pin(stage.first, pin_bit(reader)); });
            const bool stopped = slow.pass(stops);
            stage.publish(burst);
            // Fill whatever can be loaned, as a publisher would that is ahead.
            while (const auto loan = stage.board->loan(victim)) stage.board.write(loan->slot, victims_message);
            slow.finish();
            BOOST_TEST_REQUIRE(look.has_value());
            BOOST_TEST_REQUIRE(look->outcome == Outcome::message);
            BOOST_TEST((stage.board.read(look->slot) == look->position - stage.first));
            const std::uint64_t kept = stage.board->oldest();
            BOOST_TEST((look->position == stage.first || look->position == kept));
            BOOST_TEST(stage.board.pins(look->slot) == pin_bit(reader));
            for (std::uint32_t slot = 0; slot < stage.board.shape().slots(); ++slot)
                if (slot != look->slot) BOOST_TEST(stage.board.pins(slot) == 0U);
            stage.board->recover(victim);
            stage.publish(10);
            BOOST_TEST((stage.board.read(look->slot) == look->position - stage.first));
            return stopped;
        });
    }
}

/// Between two looks of the loan a subscriber pins the message and others evict it: the loan must see one or the other.
BOOST_AUTO_TEST_CASE(a_loan_stopped_while_its_slot_is_pinned_and_evicted) {
    at_every_stop(3, [&](int stops) {
        Stage stage;
        stage.publish(3);
        while (const auto loan = stage.board->loan(survivor)) {  // nothing is left but what is kept
        }
        const Look kept = stage.board->find(stage.first);
        const Held spare{[&] {
            for (std::uint32_t slot = 0; slot < stage.board.shape().slots(); ++slot)
                if (stage.board.state(slot) == SlotState::loaned)
                    return Held{slot, stage.board.slots()[slot].control.load()};
            throw std::logic_error("nothing is on loan");
        }()};
        stage.board.write(spare.slot, 3);
        std::optional<Held> loan;
        Actor slow([&] { loan = stage.board->loan(victim); });
        const bool stopped = slow.pass(stops);
        BOOST_TEST_REQUIRE(stage.board->pin(stage.first, pin_bit(reader)).slot == kept.slot);
        BOOST_TEST(stage.board->publish(spare).has_value());  // evicts what is pinned
        slow.finish();
        if (loan) BOOST_TEST(loan->slot != kept.slot);
        BOOST_TEST((stage.board.read(kept.slot) == 0U));
        return stopped;
    });
}

BOOST_AUTO_TEST_CASE(a_subscriber_dies_while_it_pins) {
    at_every_stop(2, [&](int stops) {
        Stage stage;
        stage.publish(3);
        Actor dying([&] { (void)stage.board->pin(stage.first, pin_bit(reader)); });
        const bool died = dying.pass(stops);
        stage.publish(5);
        const Look alive = stage.board->pin(stage.board->oldest(), pin_bit(survivor));
        for (int time = 0; time < 2; ++time) stage.board->recover(reader);
        for (std::uint32_t slot = 0; slot < stage.board.shape().slots(); ++slot)
            BOOST_TEST(stage.board.pins(slot) == (slot == alive.slot ? pin_bit(survivor) : 0U));
        stage.publish(5);
        BOOST_TEST((stage.board.read(alive.slot) == alive.position - stage.first));
        stage.board->unpin(alive.slot, pin_bit(survivor));
        stage.check_sound();
        return died;
    });
}

BOOST_AUTO_TEST_CASE(a_copy_at_every_stop_is_whole_or_refused) {
    int good = 0, refused = 0;
    for (const int burst : {0, 1, 3, 4, 6}) {
        at_every_stop(4, [&](int stops) {
            Stage stage;
            stage.publish(3);
            Look look;
            std::optional<std::uint64_t> content;
            Actor slow([&] {
                look = stage.board->find(stage.first);
                content = stage.board.read(look.slot);
            });
            const bool stopped = slow.pass(stops);
            stage.publish(burst);
            while (const auto loan = stage.board->loan(victim)) stage.board.write(loan->slot, victims_message);
            slow.finish();
            BOOST_TEST_REQUIRE(look.outcome == Outcome::message);
            const bool there = stage.board->still_there(look);
            ++(there ? good : refused);
            if (there) BOOST_TEST((content == look.position - stage.first));
            return stopped;
        });
    }
    BOOST_TEST(good > 0);
    BOOST_TEST(refused > 0);
}

/// The slot is loaned, published and kept by somebody else between the look at it and the exchange.
BOOST_AUTO_TEST_CASE(a_loan_that_was_stopped_does_not_take_a_slot_that_is_kept_meanwhile) {
    at_every_stop(0, [&](int stops) {
        Stage stage({.history = 2, .loans = 2, .pins = 0});
        stage.publish(6);
        std::optional<Held> loan;
        Actor slow([&] { loan = stage.board->loan(victim); });
        const bool stopped = slow.pass(stops);
        for (int round = 0; round < 12; ++round) {
            stage.publish(1);
            if (!slow.has_ended()) continue;
            BOOST_TEST_REQUIRE(loan.has_value());
            BOOST_TEST(!stage.board.is_kept(loan->slot));
        }
        slow.finish();
        BOOST_TEST_REQUIRE(loan.has_value());
        BOOST_TEST(!stage.board.is_kept(loan->slot));
        stage.board.write(loan->slot, victims_message);
        stage.board->recover(victim);
        stage.check_sound();
        return stopped;
    });
}

/// As before, with every number of messages between: also the one that makes it the same slot by the same publisher.
BOOST_AUTO_TEST_CASE(a_loan_that_was_stopped_finds_the_generation_changed) {
    int same_slot = 0;
    for (int rounds = 1; rounds < 12; ++rounds) {
        at_every_stop(2, [&](int stops) {
            Stage stage({.history = 2, .loans = 2, .pins = 0});
            stage.publish(6);
            std::optional<Held> loan;
            Actor slow([&] { loan = stage.board->loan(victim); });
            const bool stopped = slow.pass(stops);
            const std::uint32_t wanted = stage.board.control().last_evicted.load();
            stage.publish(rounds);
            if (stage.board.is_kept(wanted)) ++same_slot;
            slow.finish();
            BOOST_TEST_REQUIRE(loan.has_value());
            BOOST_TEST(!stage.board.is_kept(loan->slot));
            stage.board->recover(victim);
            stage.check_sound();
            return stopped;
        });
    }
    BOOST_TEST(same_slot > 3);
}

BOOST_AUTO_TEST_CASE(a_recoverer_dies_at_every_stop_and_the_next_one_starts_over) {
    for (int deadly_stop = 4; deadly_stop < 20; ++deadly_stop) {
        at_every_stop(1, [&](int stops) {
            Stage stage;
            stage.publish(4);
            (void)stage.board->pin(stage.first + 2, pin_bit(victim));
            Actor dying([&] { stage.board.publish(victim, victims_message); });
            dying.pass(deadly_stop);
            const auto place = stage.victims_place(4);
            Actor recoverer([&] { stage.board->recover(victim); });
            const bool died = recoverer.pass(stops);
            stage.board->recover(victim);
            for (std::uint32_t slot = 0; slot < stage.board.shape().slots(); ++slot)
                BOOST_TEST(stage.board.pins(slot) == 0U);
            stage.check_sound(place);
            return died;
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()
