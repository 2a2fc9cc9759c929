// Requests that are given back, given up, or edited in place.
#include <cstring>
#include <thread>

#include "conformance/fixture.hpp"

BOOST_FIXTURE_TEST_SUITE(delivery_test, conformance::Channel)

using namespace conformance;
using handoff::Errc;
using handoff::Receiver;
using handoff::Sender;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

BOOST_AUTO_TEST_CASE(a_dropped_request_is_delivered_again_and_counted) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "try again");
    for (std::uint32_t delivery = 1; delivery <= 3; ++delivery) {
        const auto dropped = receive(receiver);
        BOOST_TEST(dropped.deliveries() == delivery);
        BOOST_TEST(dropped.sequence() == 1U);
        BOOST_TEST(text(dropped.payload()) == "try again");
    }
    receive(receiver).processed(bytes("done")).value();
    const auto processed = pending.wait(soon()).value();
    BOOST_TEST(processed.deliveries() == 4U);
    BOOST_TEST(text(processed.reply()) == "done");
    BOOST_TEST(sender.state().redelivered == 3U);
}

BOOST_AUTO_TEST_CASE(an_exception_gives_the_request_back) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    send(sender, "x");
    try {
        const auto request = receive(receiver);
        throw std::runtime_error("no");
    } catch (const std::runtime_error&) {
        BOOST_TEST(sender.state().ready == 1U);
    }
    auto again = receive(receiver);
    BOOST_TEST(again.deliveries() == 2U);
    again.processed().value();
}

BOOST_AUTO_TEST_CASE(an_overwritten_request_is_given_back) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    send(sender, "first");
    send(sender, "second");
    auto request = receive(receiver);
    request = receive(receiver);
    BOOST_TEST(text(request.payload()) == "second");
    request.processed().value();
    auto first = receive(receiver);
    BOOST_TEST(text(first.payload()) == "first");
    BOOST_TEST(first.deliveries() == 2U);
    first.processed().value();
}

BOOST_AUTO_TEST_CASE(what_a_previous_receiver_wrote_into_the_reply_is_no_answer) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "x");
    {
        auto dropped = receive(receiver);
        std::memset(dropped.reply().data(), 'z', dropped.reply().size());
        dropped.describe_reply(handoff::Image::of(2, 2, handoff::Encoding::mono8)).value();
    }
    receive(receiver).processed().value();
    const auto processed = pending.wait(soon()).value();
    BOOST_TEST(processed.reply().empty());
    BOOST_TEST(!processed.reply_image().is_image());
}

BOOST_DATA_TEST_CASE(delivered_too_often_the_sender_is_told, policies, policy) {
    shape.max_deliveries = 2;
    Sender sender(name, shape, {.wait = policy});
    Receiver receiver = this->receiver();
    std::thread dropping([&] {
        for (int i = 0; i < 2; ++i) (void)receive(receiver);
    });
    const auto outcome = sender.request(loan_with(sender, "poison"), soon());
    dropping.join();
    check_refused(outcome, Errc::given_up, "2 times");
    BOOST_TEST(sender.state().given_up == 1U);
    check_all_free(sender);
    check_refused(receiver.try_receive(), Errc::empty);
}

BOOST_AUTO_TEST_CASE(delivered_too_often_a_message_without_waiter_is_counted) {
    shape.max_deliveries = 1;
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    send(sender, "poison");
    (void)receive(receiver);
    BOOST_TEST(receiver.state().given_up == 1U);
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(unlimited_deliveries) {
    shape.max_deliveries = handoff::unlimited_deliveries;
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    send(sender, "patience");
    for (int i = 0; i < 300; ++i) (void)receive(receiver);
    auto request = receive(receiver);
    BOOST_TEST(text(request.payload()) == "patience");
    BOOST_TEST(request.deliveries() >= 255U);
    request.processed().value();
    BOOST_TEST(sender.state().given_up == 0U);
}

BOOST_AUTO_TEST_CASE(an_edit_in_place_comes_back_to_the_sender) {
    shape.in_place = true;
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "lower");
    auto request = receive(receiver);
    const auto editable = request.editable().value();
    BOOST_TEST(editable.size() == 5U);
    BOOST_TEST(static_cast<const void*>(editable.data()) == static_cast<const void*>(request.payload().data()));
    std::memcpy(editable.data(), "UPPER", 5);
    request.processed().value();
    BOOST_TEST(text(pending.wait(soon())->payload()) == "UPPER");
}

BOOST_AUTO_TEST_CASE(in_place_a_dropped_request_has_failed) {
    shape.in_place = true;
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "x");
    (void)receive(receiver);
    check_refused(pending.wait(soon()), Errc::failed, "half edited");
    check_refused(receiver.try_receive(), Errc::empty);
    BOOST_TEST(sender.state().redelivered == 0U);
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(in_place_is_what_the_creator_said) {
    shape.in_place = true;
    Sender sender = this->sender();
    BOOST_TEST(receiver().info().in_place);
    shape.in_place.reset();  // does not ask for it, gets it
    BOOST_TEST(this->sender().info().in_place);
}

BOOST_AUTO_TEST_CASE(a_receiver_that_only_polls_gets_what_a_dead_one_had) {
    Child target([&](Checkpoints& checkpoints) {
        Receiver receiver(name, shape);
        const auto request = receive(receiver);
        checkpoints.stop_at("taken");
    });
    Sender sender = this->sender();
    Receiver polling = this->receiver();
    send(sender, "inherited");
    target.wait_for("taken");
    target.kill();
    std::string received;
    HANDOFF_CHECK_EVENTUALLY([&] {
        auto request = polling.try_receive();
        if (!request) return false;
        received = text(request->payload());
        request->processed().value();
        return true;
    }());
    BOOST_TEST(received == "inherited");
    BOOST_TEST(sender.state().redelivered == 1U);
}

BOOST_AUTO_TEST_CASE(a_sender_that_only_polls_is_told_of_a_death_in_place) {
    shape.in_place = true;
    Child target([&](Checkpoints& checkpoints) {
        Receiver receiver(name, shape);
        const auto request = receive(receiver);
        checkpoints.stop_at("taken");
    });
    Sender sender = this->sender();
    auto polled = request_async(sender, "x");
    target.wait_for("taken");
    target.kill();
    HANDOFF_CHECK_EVENTUALLY(polled.was_answered());
    check_refused(polled.wait(handoff::Deadline::now()), Errc::failed, "half edited");
}

BOOST_AUTO_TEST_SUITE_END()
