// The channel's protocol, one step at a time: somebody stops or dies before each look at a shared word, or before or
// after each change; others act, stop as well, or recover the dead; then everybody goes on. After each step every word
// is compared with what the protocol allows.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "queue_steps/setup.hpp"

namespace queue_steps_test {

using namespace handoff::detail::queue;
using handoff::detail::participants::Role;

/// Something that somebody may be in the middle of.
struct Operation {
    const char* name;
    bool by_sender;  ///< of the messages 1, 2 and 3; otherwise by its receiver
    /// Two operations on the same thing in hand belong to one thread; 0: on nothing in hand.
    int thing;
    void (*act)(Setup&, Player&);
    /// By any other player just as well.
    bool by_anybody = false;

    friend std::ostream& operator<<(std::ostream& out, const Operation& operation) { return out << operation.name; }
};

const Operation operations[] = {
    {"send", true, 0,
     [](Setup& setup, Player& player) { setup.send(player, &player == &setup.other_sender ? 11 : 10, true); }, true},
    {"return_loan", true, 0, [](Setup&, Player& player) { Setup::return_a_loan(player); }, true},
    {"withdraw_unread", true, 1, [](Setup& setup, Player&) { setup.withdraw(1); }},
    {"withdraw_taken", true, 2, [](Setup& setup, Player&) { setup.withdraw(2); }},
    {"abandon_unread", true, 1, [](Setup& setup, Player&) { setup.abandon(1); }},
    {"abandon_taken", true, 2, [](Setup& setup, Player&) { setup.abandon(2); }},
    {"abandon_answered", true, 3, [](Setup& setup, Player&) { setup.abandon(3); }},
    {"release", true, 3, [](Setup& setup, Player&) { setup.release(3); }},
    {"take_and_answer", false, 0, [](Setup& setup, Player& player) { setup.take_and_answer(player); }, true},
    {"take_and_answer_all", false, 0, [](Setup& setup, Player& player) { setup.take_and_answer_all(player); }, true},
    {"take_and_give_back", false, 0, [](Setup& setup, Player& player) { setup.take_and_give_back(player); }, true},
    {"answer", false, 4, [](Setup& setup, Player& player) { setup.answer(player, setup.in_hand()); }},
    {"give_back", false, 4, [](Setup& setup, Player& player) { player->give_back(setup.in_hand()); }},
};
const auto any_operation = boost::unit_test::data::make(operations);

/// In the middle of an operation.
Actor first(Setup& setup, const Operation& operation) {
    Player& player = operation.by_sender ? *setup.sender : *setup.receiver;
    return Actor([&setup, &player, &operation] { operation.act(setup, player); });
}
/// Somebody else, or another thread of the same, in the middle of one.
Actor second(Setup& setup, const Operation& operation) {
    if (!operation.by_anybody) return first(setup, operation);
    Player& player = operation.by_sender ? setup.other_sender : setup.other_receiver;
    return Actor([&setup, &player, &operation] { operation.act(setup, player); });
}
bool go_together(const Operation& one, const Operation& other) {
    return one.thing == 0 || one.thing != other.thing;
}
/// The same, and the first one may die: the second does not need it.
bool survives(const Operation& dying, const Operation& other) {
    return other.by_anybody || other.by_sender != dying.by_sender;
}

#ifdef __SANITIZE_ADDRESS__
constexpr int stride = 5;  // AddressSanitizer finds little here, and makes it ten times as long
#else
constexpr int stride = 1;
#endif

/// Runs the scenario with somebody stopped at the first, second, ... stop, until the scenario says that he had ended.
void at_every_stop(const std::string& who, const std::function<bool(int)>& scenario, int at_least = 1) {
    constexpr int too_many = 1000;
    for (int stops = 1; stops < too_many; stops += stride) {
        BOOST_TEST_CONTEXT(who << " stopped at stop " << stops) {
            if (scenario(stops)) continue;
            BOOST_TEST(stops > at_least, "fewer stops than there should be");
            return;
        }
    }
    BOOST_ERROR("there is no end");
}

void kill(Setup& setup, const Operation& operation) {
    if (operation.by_sender)
        setup.sender.reset();
    else
        setup.receiver.reset();
}

}  // namespace queue_steps_test

BOOST_AUTO_TEST_SUITE(queue_steps_test)

BOOST_AUTO_TEST_CASE(every_operation_alone) {
    for (const Operation& operation : operations) {
        BOOST_TEST_CONTEXT(operation.name) {
            Setup setup;
            Actor actor = first(setup, operation);
            setup.finish(actor);
            setup.audit();
        }
    }
}

BOOST_DATA_TEST_CASE(stopped_while_others_go_round, any_operation, operation) {
    for (const int laps : {1, 2, 7, 8, 9, 17}) {
        at_every_stop(operation.name, [&](int stops) {
            Setup setup;
            Actor slow = first(setup, operation);
            const bool stopped = setup.pass(slow, stops);
            setup.laps(laps);
            setup.finish(slow);
            setup.audit();
            return stopped;
        });
    }
}

BOOST_DATA_TEST_CASE(two_at_every_pair_of_stops, any_operation, operation) {
    for (const Operation& other : operations) {
        if (!go_together(operation, other)) continue;
        at_every_stop(other.name, [&](int others_stops) {
            bool other_stopped = false;
            at_every_stop(operation.name, [&](int stops) {
                Setup setup;
                Actor two = second(setup, other);
                other_stopped = setup.pass(two, others_stops);
                Actor one = first(setup, operation);
                const bool stopped = setup.pass(one, stops);
                setup.finish(two);
                setup.finish(one);
                setup.audit();
                return stopped;
            });
            return other_stopped;
        });
    }
}

BOOST_DATA_TEST_CASE(killed_and_recovered, any_operation, operation) {
    at_every_stop(operation.name, [&](int stops) {
        Setup setup;
        bool died = false;
        {
            Actor dying = first(setup, operation);
            died = setup.pass(dying, stops);
        }
        kill(setup, operation);
        setup.audit();
        return died;
    });
}

/// Somebody stands in the middle of something, another one dies in the middle of something and is recovered, the others
/// go round; then the first one goes on with what he saw before all that.
BOOST_DATA_TEST_CASE(stopped_across_a_death_and_its_recovery, any_operation, dead) {
    for (const Operation& slow : operations) {
        if (!survives(dead, slow) || !go_together(dead, slow)) continue;
        for (const bool dies_first : {true, false}) {
            at_every_stop(slow.name, [&](int stops) {
                bool stopped = false;
                at_every_stop(dead.name, [&](int deadly_stops) {
                    Setup setup;
                    Actor living = second(setup, slow);
                    if (!dies_first) stopped = setup.pass(living, stops);
                    bool died = false;
                    {
                        Actor dying = first(setup, dead);
                        died = setup.pass(dying, deadly_stops);
                    }
                    kill(setup, dead);
                    if (dies_first) stopped = setup.pass(living, stops);
                    setup.recover_the_dead();
                    setup.laps(1);
                    setup.finish(living);
                    setup.audit();
                    return died;
                });
                return stopped;
            });
        }
    }
}

/// The recoverer stops, everybody else goes on, then it does; or it dies as well, and the next one starts over.
BOOST_DATA_TEST_CASE(a_recoverer_stopped_or_killed, any_operation, dead) {
    for (const bool goes_on : {true, false}) {
        at_every_stop("the recoverer", [&](int stops) {
            bool stopped = false;
            at_every_stop(dead.name, [&](int deadly_stops) {
                Setup setup;
                auto recoverer = std::make_unique<Player>(setup.board, Role::receiver);
                const std::uint32_t grave = dead.by_sender ? setup.sender->index() : setup.receiver->index();
                bool died = false;
                {
                    Actor dying = first(setup, dead);
                    died = setup.pass(dying, deadly_stops);
                }
                kill(setup, dead);
                Actor recovering([&] {
                    if (goes_on)
                        recoverer->reap();
                    else
                        (*recoverer)->recover(grave);
                });
                stopped = setup.pass(recovering, stops);
                if (!goes_on) recoverer.reset();
                setup.laps(2);
                if (goes_on) setup.finish(recovering);
                setup.audit();
                return died;
            });
            return stopped;
        });
    }
}

enum class Next { unread, awaited, taken, answered };

/// The handle of a message that is long gone meets the next message in its slot, whatever has become of that one.
/// Between the two looks of the stale call lies everything that made the one into the other.
BOOST_DATA_TEST_CASE(a_stale_call_stopped_while_its_slot_gets_the_next_message, boost::unit_test::data::xrange(3),
                     which) {
    const std::function<void(Setup&)> stale_calls[] = {[](Setup& setup) { setup.withdraw(1); },
                                                       [](Setup& setup) { setup.abandon(1); },
                                                       [](Setup& setup) { setup.release(1); }};
    for (const Next next : {Next::unread, Next::awaited, Next::taken, Next::answered}) {
        const auto scenario = [&](int stops) {
            Setup setup;
            Actor stale([&] { stale_calls[which](setup); });
            const bool stopped = setup.pass(stale, stops);
            setup.act([&] { setup.withdraw(1); });
            for (const std::uint64_t message : {20U, 21U})  // in every free slot, that of message 1 among them
                setup.act([&] { setup.send(setup.other_sender, message, next != Next::unread); });
            if (next == Next::taken) setup.act([&] { setup.take_all(setup.other_receiver); });
            if (next == Next::answered) setup.act([&] { setup.take_and_answer_all(setup.other_receiver); });
            const auto before = setup.words();
            setup.finish(stale);
            BOOST_TEST((setup.words() == before));
            setup.audit();
            return stopped;
        };
        at_every_stop("the stale call", scenario, 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
