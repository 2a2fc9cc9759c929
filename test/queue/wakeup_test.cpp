// Each change of a state notifies the condition that stands for it. Without threads: the word of a condition on which a
// sleeper is announced changes when it is notified.
#include <boost/test/unit_test.hpp>

#include <cstdint>

#include "queue/board.hpp"

namespace wakeup_test {

using namespace handoff::detail::queue;
using handoff::detail::participants::Role;
using handoff::detail::slot::SlotState;
using handoff::detail::sync::FutexCondition;

/// A thread that is about to sleep on a condition.
class Sleeper {
public:
    explicit Sleeper(FutexCondition& condition) : condition_(condition), seen_(condition.announce()) {}
    /// True if the kernel would wake it, or not let it fall asleep at all.
    bool is_woken() const { return condition_.word().load() != seen_; }

private:
    FutexCondition& condition_;
    std::uint32_t seen_;
};

struct Fixture {
    Board board;
    Player sender{board, Role::sender};
    Player other{board, Role::sender};
    Player receiver{board, Role::receiver};

    explicit Fixture(const BoardShape& shape = {}) : board(shape) {}
    Sleeper on_ready() { return Sleeper(board.control().ready); }
    Sleeper on_freed() { return Sleeper(board.control().freed); }
    Sleeper on_answer_to(const Player& player) { return Sleeper(board.entries()[player.index()].answered); }
};

struct InPlace : Fixture {
    InPlace() : Fixture({.settings = {10, true, false}}) {}
};
struct OneDelivery : Fixture {
    OneDelivery() : Fixture({.settings = {1, false, false}}) {}
};

}  // namespace wakeup_test

BOOST_FIXTURE_TEST_SUITE(wakeup_test, Fixture)

BOOST_AUTO_TEST_CASE(a_sent_message_wakes_receivers_and_nobody_else) {
    const Sleeper receiving = on_ready(), loaning = on_freed(), waiting = on_answer_to(sender);
    sender.send(1, true);
    BOOST_TEST(receiving.is_woken());
    BOOST_TEST(!loaning.is_woken());
    BOOST_TEST(!waiting.is_woken());
}

BOOST_AUTO_TEST_CASE(an_answer_wakes_the_sender_that_waits_and_nobody_else) {
    for (const SlotState outcome : {SlotState::processed, SlotState::failed}) {
        sender.send(1, true);
        const Held request = receiver.take();
        const Sleeper waiting = on_answer_to(sender), not_asked = on_answer_to(other), loaning = on_freed();
        BOOST_TEST((receiver->answer(request, outcome) == Outcome::ok));
        BOOST_TEST(waiting.is_woken());
        BOOST_TEST(!not_asked.is_woken());
        BOOST_TEST(!loaning.is_woken());
    }
}

BOOST_AUTO_TEST_CASE(an_answer_to_nobody_wakes_those_who_want_a_slot) {
    sender.send(1, false);
    const Held request = receiver.take();
    const Sleeper loaning = on_freed();
    BOOST_TEST((receiver->answer(request, SlotState::processed) == Outcome::ok));
    BOOST_TEST(loaning.is_woken());
}

BOOST_AUTO_TEST_CASE(a_freed_slot_wakes_those_who_want_one) {
    const Held loan = sender.prepare(1);
    const Sleeper at_return = on_freed();
    sender->return_loan(loan);
    BOOST_TEST(at_return.is_woken());

    std::uint32_t slot = sender.send(2, true);
    const Sleeper at_withdrawal = on_freed();
    sender->withdraw(slot, 2);
    BOOST_TEST(at_withdrawal.is_woken());

    slot = sender.send(3, true);
    BOOST_TEST((receiver->answer(receiver.take(), SlotState::processed) == Outcome::ok));
    const Sleeper at_release = on_freed();
    sender->release(slot, 3);
    BOOST_TEST(at_release.is_woken());
}

BOOST_AUTO_TEST_CASE(a_request_given_back_wakes_receivers) {
    sender.send(1, true);
    const Held request = receiver.take();
    const Sleeper receiving = on_ready();
    receiver->give_back(request);
    BOOST_TEST(receiving.is_woken());
}

BOOST_FIXTURE_TEST_CASE(a_request_given_up_wakes_its_sender, OneDelivery) {
    sender.send(1, true);
    const Held request = receiver.take();
    const Sleeper waiting = on_answer_to(sender);
    receiver->give_back(request);
    BOOST_TEST(waiting.is_woken());
}

BOOST_FIXTURE_TEST_CASE(a_request_that_failed_in_place_wakes_its_sender, InPlace) {
    sender.send(1, true);
    const Held request = receiver.take();
    const Sleeper waiting = on_answer_to(sender);
    receiver->give_back(request);
    BOOST_TEST(waiting.is_woken());
}

BOOST_AUTO_TEST_SUITE_END()
