// Every way in which a wait on a channel can end, each by its own notification.
#include <handoff/channel.hpp>

#include <array>
#include <optional>
#include <vector>

#include "wakeups/fixture.hpp"

namespace channel_test {

using namespace handoff;
using namespace handoff::test;

struct Fixture : NoTick {
    testing::UniqueName name{"wakeups"};
    ChannelShape shape{
        .slot_count = 1, .payload_bytes = 64, .reply_bytes = 64, .participants = 8, .max_deliveries = 10};
    HandleOptions handle{.wait = WaitPolicy::sleep};

    std::optional<Sender> sender_in_place;
    /// The channel is made with the first of them: the shape may be changed until then.
    Sender& sender() {
        if (!sender_in_place) sender_in_place.emplace(name, shape, handle);
        return *sender_in_place;
    }
    Receiver receiver() { return Receiver(name, shape, handle); }
    Pending request() { return sender().request_async(sender().try_loan().value()).value(); }
    void send() { sender().send(sender().try_loan().value()).value(); }

    void check_receiver_woken(Receiver& receiver, const std::function<void()>& change) {
        check_woken([&](Deadline deadline) { return receiver.receive(deadline).has_value(); }, change);
    }
    void check_loan_woken(const std::function<void()>& change) {
        check_woken([&](Deadline deadline) { return sender().loan(deadline).has_value(); }, change);
    }
    /// The answer to `pending`, or how it failed.
    static void check_answer_woken(Pending& pending, std::optional<Errc> expected,
                                   const std::function<void()>& change) {
        check_woken(
            [&](Deadline deadline) {
                const auto answer = pending.wait(deadline);
                return expected ? !answer && answer.error() == *expected : answer.has_value();
            },
            change);
    }
};

}  // namespace channel_test

BOOST_FIXTURE_TEST_SUITE(channel_test, Fixture)

BOOST_AUTO_TEST_CASE(a_message_wakes_the_receiver) {
    sender();
    Receiver waiting = receiver();
    check_receiver_woken(waiting, [&] { send(); });
}

BOOST_AUTO_TEST_CASE(a_batch_wakes_the_receiver) {
    sender();
    Receiver waiting = receiver();
    check_receiver_woken(waiting, [&] {
        std::array<Loan, 1> batch{sender().try_loan().value()};
        sender().send(batch).value();
    });
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_processed_wakes_those_who_wait_for_a_slot) {
    send();
    Receiver receiving = receiver();
    std::array<Request, 1> batch;
    receiving.receive(batch).value();
    check_loan_woken([&] { receiving.processed(batch).value(); });
}

BOOST_AUTO_TEST_CASE(a_request_given_back_wakes_another_receiver) {
    const Pending pending = request();
    Receiver holder = receiver(), waiting = receiver();
    std::optional<Request> held(holder.try_receive().value());
    check_receiver_woken(waiting, [&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(the_end_of_the_stream_wakes_the_receiver) {
    sender();
    Receiver waiting = receiver();
    check_woken([&](Deadline deadline) { return waiting.receive(deadline).error() == Errc::end_of_stream; },
                [&] { sender_in_place.reset(); });
}

BOOST_AUTO_TEST_CASE(recovering_a_dead_receiver_wakes_the_others) {
    send();
    Child holder([&](Checkpoints& checkpoints) {
        Receiver dying = receiver();
        const auto held = dying.try_receive().value();
        checkpoints.stop_at("taken");
    });
    holder.wait_for("taken");
    Receiver waiting = receiver();
    check_receiver_woken(waiting, [&] {
        holder.kill();
        const Sender recoverer(name, shape, handle);
    });
}

BOOST_AUTO_TEST_CASE(a_loan_given_back_wakes_those_who_want_a_slot) {
    std::optional<Loan> held(sender().try_loan().value());
    check_loan_woken([&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(a_withdrawn_request_wakes_those_who_want_a_slot) {
    Pending pending = request();
    check_loan_woken([&] { (void)pending.withdraw(); });
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_read_wakes_those_who_want_a_slot) {
    Pending pending = request();
    Receiver working = receiver();
    working.try_receive().value().processed().value();
    std::optional<Processed> answer(pending.wait(Deadline::now()).value());
    check_loan_woken([&] { answer.reset(); });
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_abandoned_wakes_those_who_want_a_slot) {
    std::optional<Pending> pending(request());
    Receiver working = receiver();
    working.try_receive().value().processed().value();
    check_loan_woken([&] { pending.reset(); });
}

BOOST_AUTO_TEST_CASE(an_answer_that_nobody_awaits_wakes_those_who_want_a_slot) {
    send();
    Receiver working = receiver();
    Request request = working.try_receive().value();
    check_loan_woken([&] { request.processed().value(); });
}

BOOST_AUTO_TEST_CASE(a_message_given_up_that_nobody_awaits_wakes_those_who_want_a_slot) {
    shape.max_deliveries = 1;
    send();
    Receiver dropping = receiver();
    std::optional<Request> held(dropping.try_receive().value());
    check_loan_woken([&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(recovering_a_dead_sender_wakes_those_who_want_a_slot) {
    sender();
    Child holder([&](Checkpoints& checkpoints) {
        Sender dying(name, shape, handle);
        const Loan held = dying.try_loan().value();
        checkpoints.stop_at("loaned");
    });
    holder.wait_for("loaned");
    check_loan_woken([&] {
        holder.kill();
        const Receiver recoverer(name, shape, handle);
    });
}

BOOST_AUTO_TEST_CASE(an_answer_wakes_the_sender) {
    Pending pending = request();
    Receiver working = receiver();
    Request request = working.try_receive().value();
    check_answer_woken(pending, std::nullopt, [&] { request.processed().value(); });
}

BOOST_AUTO_TEST_CASE(a_failure_wakes_the_sender) {
    Pending pending = request();
    Receiver working = receiver();
    Request request = working.try_receive().value();
    check_answer_woken(pending, Errc::failed, [&] { request.failed("on purpose").value(); });
}

BOOST_AUTO_TEST_CASE(a_request_given_up_wakes_the_sender) {
    shape.max_deliveries = 1;
    Pending pending = request();
    Receiver dropping = receiver();
    std::optional<Request> held(dropping.try_receive().value());
    check_answer_woken(pending, Errc::given_up, [&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(a_request_dropped_in_place_wakes_the_sender) {
    shape.in_place = true;
    Pending pending = request();
    Receiver dropping = receiver();
    std::optional<Request> held(dropping.try_receive().value());
    check_answer_woken(pending, Errc::failed, [&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(recovering_a_receiver_that_died_in_place_wakes_the_sender) {
    shape.in_place = true;
    Pending pending = request();
    Child holder([&](Checkpoints& checkpoints) {
        Receiver dying = receiver();
        const auto held = dying.try_receive().value();
        checkpoints.stop_at("taken");
    });
    holder.wait_for("taken");
    check_answer_woken(pending, Errc::failed, [&] {
        holder.kill();
        const Receiver recoverer(name, shape, handle);
    });
}

BOOST_AUTO_TEST_CASE(a_receiver_that_comes_wakes_those_who_wait_for_one) {
    sender();
    std::optional<Receiver> coming;
    check_woken([&](Deadline deadline) { return sender().wait_for_receiver(deadline).has_value(); },
                [&] { coming.emplace(name, shape, handle); });
}

BOOST_AUTO_TEST_SUITE_END()
