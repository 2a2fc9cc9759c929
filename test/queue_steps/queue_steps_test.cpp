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

#include "queue_steps/stage.hpp"

using namespace handoff::detail::queue;
using handoff::detail::participants::Role;

namespace {

/// Something that somebody may be in the middle of.
struct Operation {
    const char* name;
    bool by_sender;  ///< of the messages 1, 2 and 3; otherwise by its receiver
    /// Two operations on the same thing in hand belong to one thread; 0: on nothing in hand.
    int thing;
    void (*act)(Stage&, Player&);
    /// By any other player just as well.
    bool by_anybody = false;

    friend std::ostream& operator<<(std::ostream& out, const Operation& operation) { return out << operation.name; }
};

const Operation operations[] = {
    {"send", true, 0,
     [](Stage& stage, Player& player) { stage.send(player, &player == &stage.other_sender ? 11 : 10, true); }, true},
    {"return_loan", true, 0, [](Stage&, Player& player) { Stage::return_a_loan(player); }, true},
    {"withdraw_unread", true, 1, [](Stage& stage, Player&) { stage.withdraw(1); }},
    {"withdraw_taken", true, 2, [](Stage& stage, Player&) { stage.withdraw(2); }},
    {"abandon_unread", true, 1, [](Stage& stage, Player&) { stage.abandon(1); }},
    {"abandon_taken", true, 2, [](Stage& stage, Player&) { stage.abandon(2); }},
    {"abandon_answered", true, 3, [](Stage& stage, Player&) { stage.abandon(3); }},
    {"release", true, 3, [](Stage& stage, Player&) { stage.release(3); }},
    {"take_and_answer", false, 0, [](Stage& stage, Player& player) { stage.take_and_answer(player); }, true},
    {"take_and_answer_all", false, 0, [](Stage& stage, Player& player) { stage.take_and_answer_all(player); }, true},
    {"take_and_give_back", false, 0, [](Stage& stage, Player& player) { stage.take_and_give_back(player); }, true},
    {"answer", false, 4, [](Stage& stage, Player& player) { stage.answer(player, stage.in_hand()); }},
    {"give_back", false, 4, [](Stage& stage, Player& player) { player->give_back(stage.in_hand()); }},
};
const auto any_operation = boost::unit_test::data::make(operations);

/// In the middle of an operation.
Actor first(Stage& stage, const Operation& operation) {
    Player& player = operation.by_sender ? *stage.sender : *stage.receiver;
    return Actor([&stage, &player, &operation] { operation.act(stage, player); });
}
/// Somebody else, or another thread of the same, in the middle of one.
Actor second(Stage& stage, const Operation& operation) {
    if (!operation.by_anybody) return first(stage, operation);
    Player& player = operation.by_sender ? stage.other_sender : stage.other_receiver;
    return Actor([&stage, &player, &operation] { operation.act(stage, player); });
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

void kill(Stage& stage, const Operation& operation) {
    if (operation.by_sender)
        stage.sender.reset();
    else
        stage.receiver.reset();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(queue_steps_test)

BOOST_AUTO_TEST_CASE(every_operation_alone) {
    for (const Operation& operation : operations) {
        BOOST_TEST_CONTEXT(operation.name) {
            Stage stage;
            Actor actor = first(stage, operation);
            stage.finish(actor);
            stage.audit();
        }
    }
}

BOOST_DATA_TEST_CASE(stopped_while_others_go_round, any_operation, operation) {
    for (const int laps : {1, 2, 7, 8, 9, 17}) {
        at_every_stop(operation.name, [&](int stops) {
            Stage stage;
            Actor slow = first(stage, operation);
            const bool stopped = stage.pass(slow, stops);
            stage.laps(laps);
            stage.finish(slow);
            stage.audit();
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
                Stage stage;
                Actor two = second(stage, other);
                other_stopped = stage.pass(two, others_stops);
                Actor one = first(stage, operation);
                const bool stopped = stage.pass(one, stops);
                stage.finish(two);
                stage.finish(one);
                stage.audit();
                return stopped;
            });
            return other_stopped;
        });
    }
}

BOOST_DATA_TEST_CASE(killed_and_recovered, any_operation, operation) {
    at_every_stop(operation.name, [&](int stops) {
        Stage stage;
        bool died = false;
        {
            Actor dying = first(stage, operation);
            died = stage.pass(dying, stops);
        }
        kill(stage, operation);
        stage.audit();
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
                    Stage stage;
                    Actor living = second(stage, slow);
                    if (!dies_first) stopped = stage.pass(living, stops);
                    bool died = false;
                    {
                        Actor dying = first(stage, dead);
                        died = stage.pass(dying, deadly_stops);
                    }
                    kill(stage, dead);
                    if (dies_first) stopped = stage.pass(living, stops);
                    stage.recover_the_dead();
                    stage.laps(1);
                    stage.finish(living);
                    stage.audit();
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
                Stage stage;
                auto recoverer = std::make_unique<Player>(stage.board, Role::receiver);
                const std::uint32_t grave = dead.by_sender ? stage.sender->index() : stage.receiver->index();
                bool died = false;
                {
                    Actor dying = first(stage, dead);
                    died = stage.pass(dying, deadly_stops);
                }
                kill(stage, dead);
                Actor recovering([&] {
                    if (goes_on)
                        recoverer->reap();
                    else
                        (*recoverer)->recover(grave);
                });
                stopped = stage.pass(recovering, stops);
                if (!goes_on) recoverer.reset();
                stage.laps(2);
                if (goes_on) stage.finish(recovering);
                stage.audit();
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
    const std::function<void(Stage&)> stale_calls[] = {[](Stage& stage) { stage.withdraw(1); },
                                                       [](Stage& stage) { stage.abandon(1); },
                                                       [](Stage& stage) { stage.release(1); }};
    for (const Next next : {Next::unread, Next::awaited, Next::taken, Next::answered}) {
        const auto scenario = [&](int stops) {
            Stage stage;
            Actor stale([&] { stale_calls[which](stage); });
            const bool stopped = stage.pass(stale, stops);
            stage.act([&] { stage.withdraw(1); });
            for (const std::uint64_t message : {20U, 21U})  // in every free slot, that of message 1 among them
                stage.act([&] { stage.send(stage.other_sender, message, next != Next::unread); });
            if (next == Next::taken) stage.act([&] { stage.take_all(stage.other_receiver); });
            if (next == Next::answered) stage.act([&] { stage.take_and_answer_all(stage.other_receiver); });
            const auto before = stage.words();
            stage.finish(stale);
            BOOST_TEST((stage.words() == before));
            stage.audit();
            return stopped;
        };
        at_every_stop("the stale call", scenario, 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
