// A channel with something in every state, players that act one step at a time, and a ledger of the messages.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "broadcast/actor.hpp"
#include "queue/board.hpp"
#include "queue_steps/transition_checker.hpp"

namespace handoff::detail::queue {

using test::Actor;

/// What became of a message, as far as those who act know it.
struct Fate {
    std::uint32_t slot = 0;
    bool sent = false;
    int in_doubt = 0;  ///< so many were about to send, answer or withdraw it and have not returned
    int answered = 0;
    int withdrawn = 0;
};

/// At the beginning, of `sender`: message 1 is unread, 2 in the hands of `receiver`, 3 answered; of `other_sender`:
/// 4 is unread and not awaited. One slot is free.
class Setup {
public:
    Setup();

    Board board{{.slots = 5, .cells = 8, .players = 6}};
    std::optional<Player> sender{std::in_place, board, participants::Role::sender};
    std::optional<Player> receiver{std::in_place, board, participants::Role::receiver};
    Player other_sender{board, participants::Role::sender};
    Player other_receiver{board, participants::Role::receiver};

    // Each of these may run in an actor:
    void send(Player& player, std::uint64_t message, bool awaited);
    /// False: there was nothing to take.
    bool take_and_answer(Player& player);
    void take_and_answer_all(Player& player);
    void take_and_give_back(Player& player);
    void answer(Player& player, const Held& request);
    void withdraw(std::uint64_t message);
    void abandon(std::uint64_t message) { (*sender)->abandon(fates_.at(message).slot, message); }
    void release(std::uint64_t message) { (*sender)->release(fates_.at(message).slot, message); }
    /// Keeps them until audit().
    void take_all(Player& player);
    static void return_a_loan(Player& player);
    const Held& in_hand() const { return in_hand_; }
    /// Of all slots.
    std::vector<std::uint64_t> words() const;

    /// Over so many stops; false if it has returned before.
    bool pass(Actor& actor, int stops);
    void finish(Actor& actor);
    void act(std::function<void()> function);
    /// The others send, take and answer so many messages, one after the other.
    void laps(int count);
    void recover_the_dead();
    /// Everything is recovered, read and answered: each message once, and the channel as good as new.
    void audit();

private:
    void read_everything();
    void collect_answers();
    void settle_the_requests_in_hand();

    TransitionChecker checker_{board};
    std::map<std::uint64_t, Fate> fates_;
    Held in_hand_;                      ///< of `receiver`
    std::vector<Held> others_in_hand_;  ///< of `other_receiver`
    std::uint64_t next_message_ = 100;
};

}  // namespace handoff::detail::queue
