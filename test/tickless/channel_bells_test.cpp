// Every way in which a wait on a channel can end, each by the bell that stands for it.
#include <handoff/channel.hpp>

#include <array>
#include <optional>
#include <vector>

#include "tickless/fixture.hpp"

using namespace handoff;
using namespace handoff::test;

namespace {

struct Fixture : Tickless {
    testing::UniqueName name{"bells"};
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

    void check_receiver_rung(Receiver& receiver, const std::function<void()>& change) {
        check_rung([&](Deadline deadline) { return receiver.receive(deadline).has_value(); }, change);
    }
    void check_loan_rung(const std::function<void()>& change) {
        check_rung([&](Deadline deadline) { return sender().loan(deadline).has_value(); }, change);
    }
    /// The answer to `pending`, or how it failed.
    static void check_answer_rung(Pending& pending, std::optional<Errc> expected, const std::function<void()>& change) {
        check_rung(
            [&](Deadline deadline) {
                const auto answer = pending.wait(deadline);
                return expected ? !answer && answer.error() == *expected : answer.has_value();
            },
            change);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(channel_bells_test, Fixture)

BOOST_AUTO_TEST_CASE(a_message_rings_the_receiver) {
    sender();
    Receiver waiting = receiver();
    check_receiver_rung(waiting, [&] { send(); });
}

BOOST_AUTO_TEST_CASE(a_batch_rings_the_receiver) {
    sender();
    Receiver waiting = receiver();
    check_receiver_rung(waiting, [&] {
        std::array<Loan, 1> batch{sender().try_loan().value()};
        sender().send(batch).value();
    });
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_processed_rings_those_who_wait_for_a_slot) {
    send();
    Receiver receiving = receiver();
    std::array<Request, 1> batch;
    receiving.receive(batch).value();
    check_loan_rung([&] { receiving.processed(batch).value(); });
}

BOOST_AUTO_TEST_CASE(a_request_given_back_rings_another_receiver) {
    const Pending pending = request();
    Receiver holder = receiver(), waiting = receiver();
    std::optional<Request> held(holder.try_receive().value());
    check_receiver_rung(waiting, [&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(the_end_of_the_stream_rings_the_receiver) {
    sender();
    Receiver waiting = receiver();
    check_rung([&](Deadline deadline) { return waiting.receive(deadline).error() == Errc::end_of_stream; },
               [&] { sender_in_place.reset(); });
}

BOOST_AUTO_TEST_CASE(whoever_recovers_a_dead_receiver_rings_the_others) {
    send();
    Child holder([&](Stage& stage) {
        Receiver dying = receiver();
        const auto held = dying.try_receive().value();
        stage.stop_at("taken");
    });
    holder.wait_for("taken");
    Receiver waiting = receiver();
    check_receiver_rung(waiting, [&] {
        holder.kill();
        const Sender recoverer(name, shape, handle);
    });
}

BOOST_AUTO_TEST_CASE(a_loan_given_back_rings_those_who_want_a_slot) {
    std::optional<Loan> held(sender().try_loan().value());
    check_loan_rung([&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(a_withdrawn_request_rings_those_who_want_a_slot) {
    Pending pending = request();
    check_loan_rung([&] { (void)pending.withdraw(); });
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_read_rings_those_who_want_a_slot) {
    Pending pending = request();
    Receiver working = receiver();
    working.try_receive().value().processed().value();
    std::optional<Processed> answer(pending.wait(Deadline::now()).value());
    check_loan_rung([&] { answer.reset(); });
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_abandoned_rings_those_who_want_a_slot) {
    std::optional<Pending> pending(request());
    Receiver working = receiver();
    working.try_receive().value().processed().value();
    check_loan_rung([&] { pending.reset(); });
}

BOOST_AUTO_TEST_CASE(an_answer_that_nobody_awaits_rings_those_who_want_a_slot) {
    send();
    Receiver working = receiver();
    Request request = working.try_receive().value();
    check_loan_rung([&] { request.processed().value(); });
}

BOOST_AUTO_TEST_CASE(a_message_given_up_that_nobody_awaits_rings_those_who_want_a_slot) {
    shape.max_deliveries = 1;
    send();
    Receiver dropping = receiver();
    std::optional<Request> held(dropping.try_receive().value());
    check_loan_rung([&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(whoever_recovers_a_dead_sender_rings_those_who_want_a_slot) {
    sender();
    Child holder([&](Stage& stage) {
        Sender dying(name, shape, handle);
        const Loan held = dying.try_loan().value();
        stage.stop_at("loaned");
    });
    holder.wait_for("loaned");
    check_loan_rung([&] {
        holder.kill();
        const Receiver recoverer(name, shape, handle);
    });
}

BOOST_AUTO_TEST_CASE(an_answer_rings_the_sender) {
    Pending pending = request();
    Receiver working = receiver();
    Request request = working.try_receive().value();
    check_answer_rung(pending, std::nullopt, [&] { request.processed().value(); });
}

BOOST_AUTO_TEST_CASE(a_failure_rings_the_sender) {
    Pending pending = request();
    Receiver working = receiver();
    Request request = working.try_receive().value();
    check_answer_rung(pending, Errc::failed, [&] { request.failed("on purpose").value(); });
}

BOOST_AUTO_TEST_CASE(a_request_given_up_rings_the_sender) {
    shape.max_deliveries = 1;
    Pending pending = request();
    Receiver dropping = receiver();
    std::optional<Request> held(dropping.try_receive().value());
    check_answer_rung(pending, Errc::given_up, [&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(a_request_dropped_in_place_rings_the_sender) {
    shape.in_place = true;
    Pending pending = request();
    Receiver dropping = receiver();
    std::optional<Request> held(dropping.try_receive().value());
    check_answer_rung(pending, Errc::failed, [&] { held.reset(); });
}

BOOST_AUTO_TEST_CASE(whoever_recovers_a_receiver_that_died_in_place_rings_the_sender) {
    shape.in_place = true;
    Pending pending = request();
    Child holder([&](Stage& stage) {
        Receiver dying = receiver();
        const auto held = dying.try_receive().value();
        stage.stop_at("taken");
    });
    holder.wait_for("taken");
    check_answer_rung(pending, Errc::failed, [&] {
        holder.kill();
        const Receiver recoverer(name, shape, handle);
    });
}

BOOST_AUTO_TEST_CASE(a_receiver_that_comes_rings_those_who_wait_for_one) {
    sender();
    std::optional<Receiver> coming;
    check_rung([&](Deadline deadline) { return sender().wait_for_receiver(deadline).has_value(); },
               [&] { coming.emplace(name, shape, handle); });
}

BOOST_AUTO_TEST_SUITE_END()
