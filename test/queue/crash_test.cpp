// Each step of the protocol, done by a process that is killed at its first, second, third, ... access to a shared word,
// until it survives: whatever it left behind, the survivors find every message once and every slot free.
#include <sys/wait.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdint>
#include <functional>
#include <set>

#include "queue/board.hpp"
#include "sync/crash_point.hpp"

namespace crash_test {

using namespace handoff::detail::queue;
using handoff::detail::participants::Role;
using handoff::detail::slot::SlotState;
using handoff::detail::sync::arm_crash_point;

using Messages = std::set<std::uint64_t>;

/// True if the function returned in a child process, false if the child was killed by its crash point.
bool survives(const std::function<void()>& function) {
    const pid_t child = fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        alarm(30);
        try {
            function();
            _exit(0);
        } catch (...) {
            _exit(1);
        }
    }
    int status = 0;
    BOOST_TEST_REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return false;
    BOOST_TEST_REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0), "the child ended with status " << status);
    return true;
}

class Setup {
public:
    explicit Setup(const Settings& settings = {10, false, false})
        : board({.slots = 4, .cells = 8, .players = 6, .settings = settings, .shared = true}) {}

    /// Kills a player of that role at its n-th access in act(), after prepare(). True if it survived.
    bool act(long n, Role role, const std::function<void(Player&)>& prepare, const std::function<void(Player&)>& act) {
        return survives([&] {
            Player target(board, role);
            prepare(target);
            arm_crash_point(n);
            act(target);
            arm_crash_point(0);
        });
    }
    /// Everybody recovers and the queue is emptied: what came out of it, each at most once.
    Messages drain() {
        Messages messages;
        survivor.reap();
        BOOST_TEST(!survivor.reap());
        for (Claim claim = survivor->take(); claim.outcome == RingOutcome::ok; claim = survivor->take()) {
            BOOST_TEST(messages.insert(board.read(claim.slot)).second, "a message was delivered twice");
            BOOST_TEST((survivor->answer({claim.slot, claim.word}, SlotState::processed) == Outcome::ok));
        }
        return messages;
    }
    /// As good as new: nothing is held, and messages go through every cell twice.
    void check_as_good_as_new() {
        BOOST_TEST(board.count(SlotState::free) == board.shape().slots);
        for (std::uint64_t message = 100; message < 100 + 2 * board.shape().cells; ++message) {
            sender.send(message, false);
            BOOST_TEST((drain() == Messages{message}));
        }
        BOOST_TEST(board.count(SlotState::free) == board.shape().slots);
    }

    Board board;
    Player sender{board, Role::sender};
    Player survivor{board, Role::receiver};
};

const auto nothing = [](Player&) {};

/// Runs the scenario for every access. It says whether its target survived.
void at_every_access(long at_least, const std::function<bool(long)>& scenario) {
    constexpr long too_many = 1000;
    for (long n = 1; n < too_many; ++n) {
        BOOST_TEST_CONTEXT("killed at access " << n) {
            if (!scenario(n)) continue;
            BOOST_TEST(n > at_least, "the scenario has fewer accesses than it should");
            return;
        }
    }
    BOOST_ERROR("the scenario has no end");
}

}  // namespace crash_test

BOOST_AUTO_TEST_SUITE(crash_test)

BOOST_AUTO_TEST_CASE(a_sender_killed_while_it_sends) {
    at_every_access(6, [](long n) {
        Setup setup;
        setup.sender.send(1, false);
        const bool survived = setup.act(n, Role::sender, nothing, [](Player& target) { target.send(2, true); });
        setup.sender.send(3, false);
        const Messages messages = setup.drain();
        BOOST_TEST((messages == Messages{1, 3} || messages == Messages{1, 2, 3}));
        if (survived) BOOST_TEST(messages.count(2) == 1U);
        setup.check_as_good_as_new();
        return survived;
    });
}

BOOST_AUTO_TEST_CASE(a_sender_killed_while_it_returns_a_loan) {
    at_every_access(2, [](long n) {
        Setup setup;
        Held loan;
        const bool survived = setup.act(
            n, Role::sender, [&](Player& target) { loan = target.prepare(1); },
            [&](Player& target) { target->return_loan(loan); });
        BOOST_TEST(setup.drain().empty());
        setup.check_as_good_as_new();
        return survived;
    });
}

BOOST_AUTO_TEST_CASE(a_sender_killed_while_it_withdraws_or_abandons) {
    for (const bool withdraws : {true, false}) {
        at_every_access(2, [&](long n) {
            Setup setup;
            std::uint32_t slot = 0;
            const bool survived = setup.act(
                n, Role::sender, [&](Player& target) { slot = target.send(1, true); },
                [&](Player& target) {
                    if (withdraws)
                        target->withdraw(slot, 1);
                    else
                        target->abandon(slot, 1);
                });
            const Messages messages = setup.drain();
            BOOST_TEST((messages == Messages{1} || (withdraws && messages.empty())));
            if (survived && withdraws) BOOST_TEST(messages.empty());
            setup.check_as_good_as_new();
            return survived;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_sender_killed_while_it_frees_an_answer) {
    at_every_access(2, [](long n) {
        Setup setup;
        std::uint32_t slot = 0;
        const bool survived = setup.act(
            n, Role::sender,
            [&](Player& target) {
                slot = target.send(1, true);
                const Held request = setup.survivor.take();
                if (request.slot != slot || setup.survivor->answer(request, SlotState::processed) != Outcome::ok)
                    _exit(2);
            },
            [&](Player& target) { target->release(slot, 1); });
        BOOST_TEST(setup.drain().empty());
        setup.check_as_good_as_new();
        return survived;
    });
}

BOOST_AUTO_TEST_CASE(a_receiver_killed_while_it_takes) {
    at_every_access(2, [](long n) {
        Setup setup;
        for (const std::uint64_t message : {1U, 2U, 3U}) setup.sender.send(message, false);
        const bool survived = setup.act(n, Role::receiver, nothing, [](Player& target) { target.take(); });
        BOOST_TEST((setup.drain() == Messages{1, 2, 3}));
        setup.check_as_good_as_new();
        return survived;
    });
}

BOOST_AUTO_TEST_CASE(a_receiver_killed_while_it_answers) {
    for (const bool awaited : {true, false}) {
        at_every_access(2, [&](long n) {
            Setup setup;
            const std::uint32_t slot = setup.sender.send(1, awaited);
            Held request;
            const bool survived = setup.act(
                n, Role::receiver, [&](Player& target) { request = target.take(); },
                [&](Player& target) { (void)target->answer(request, SlotState::processed); });
            const bool delivered_again = !setup.drain().empty();
            if (survived) BOOST_TEST(!delivered_again);
            if (awaited) {
                BOOST_TEST((setup.sender->is_answered(slot, 1) == Outcome::ok));
                BOOST_TEST(setup.board.word(slot).deliveries == (delivered_again ? 1 : 0));
                setup.sender->release(slot, 1);
            }
            setup.check_as_good_as_new();
            return survived;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_receiver_killed_while_it_gives_back) {
    at_every_access(4, [](long n) {
        Setup setup;
        setup.sender.send(1, true);
        Held request;
        const bool survived = setup.act(
            n, Role::receiver, [&](Player& target) { request = target.take(); },
            [&](Player& target) { target->give_back(request); });
        BOOST_TEST((setup.drain() == Messages{1}));
        setup.sender->release(request.slot, 1);
        setup.check_as_good_as_new();
        return survived;
    });
}

BOOST_AUTO_TEST_CASE(a_receiver_killed_while_it_gives_back_in_place) {
    at_every_access(2, [](long n) {
        Setup setup({10, true, false});
        const std::uint32_t slot = setup.sender.send(1, true);
        Held request;
        const bool survived = setup.act(
            n, Role::receiver, [&](Player& target) { request = target.take(); },
            [&](Player& target) { target->give_back(request); });
        BOOST_TEST(setup.drain().empty());
        BOOST_TEST(setup.board.state(slot) == SlotState::failed);
        setup.sender->release(slot, 1);
        setup.check_as_good_as_new();
        return survived;
    });
}

/// Dead before it: a receiver with two requests in hand, and a sender with a loan, an unread request and an answer.
BOOST_AUTO_TEST_CASE(a_recoverer_killed_while_it_recovers) {
    at_every_access(20, [](long n) {
        Setup setup;
        setup.sender.send(1, false);
        BOOST_TEST(survives([&] {
            Player dead_sender(setup.board, Role::sender);
            dead_sender.send(2, true);
            dead_sender.prepare(3);
            Player dead_receiver(setup.board, Role::receiver);
            dead_receiver.take();
            dead_receiver.take();
            dead_sender.send(4, true);
        }));
        const bool survived = survives([&] {
            arm_crash_point(n);
            Player recoverer(setup.board, Role::receiver);  // recovers when it joins
            arm_crash_point(0);
        });
        BOOST_TEST((setup.drain() == Messages{1, 2, 4}));
        setup.check_as_good_as_new();
        return survived;
    });
}

BOOST_AUTO_TEST_CASE(a_member_killed_while_it_leaves) {
    at_every_access(4, [](long n) {
        Setup setup;
        const bool survived = setup.act(
            n, Role::sender,
            [](Player& target) {
                target.send(1, true);
                target.prepare(2);
            },
            [](Player& target) { target.leave(); });
        BOOST_TEST((setup.drain() == Messages{1}));
        setup.check_as_good_as_new();
        return survived;
    });
}

BOOST_AUTO_TEST_SUITE_END()
