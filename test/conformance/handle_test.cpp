// Handles: moved from, inherited through fork, several in one process, typed.
#include <handoff/typed.hpp>

#include <cstring>
#include <optional>
#include <thread>

#include "conformance/fixture.hpp"

namespace handle_test {

using namespace conformance;
using handoff::Errc;
using handoff::Receiver;
using handoff::Sender;
using handoff::testing::Checkpoints;
using handoff::testing::run_in_child;

struct Fixture : Channel {
    Sender sending = sender();
    Receiver receiving = receiver();
};

struct Pose {
    double x, y, heading;
};

}  // namespace handle_test

BOOST_FIXTURE_TEST_SUITE(handle_test, Fixture)

BOOST_AUTO_TEST_CASE(a_sender_moved_from_is_refused_and_the_other_works) {
    Sender moved = std::move(sending);
    check_refused(sending.loan(soon()), Errc::invalid_handle);
    check_refused(sending.try_loan(), Errc::invalid_handle);
    check_refused(sending.wait_for_receiver(soon()), Errc::invalid_handle);
    check_refused(sending.send(moved.loan(soon()).value()), Errc::invalid_handle);
    check_throws([&] { (void)sending.state(); }, Errc::invalid_handle);
    check_throws([&] { (void)sending.info(); }, Errc::invalid_handle);
    check_throws([&] { (void)sending.id(); }, Errc::invalid_handle);
    check_throws([&] { (void)sending.who_holds(); }, Errc::invalid_handle);
    send(moved, "works");
    BOOST_TEST(text(receive(receiving).payload()) == "works");
    receive(receiving).processed().value();
    sending = std::move(moved);
    check_all_free(sending);
}

BOOST_AUTO_TEST_CASE(a_receiver_moved_from_is_refused) {
    Receiver moved = std::move(receiving);
    check_refused(receiving.receive(soon()), Errc::invalid_handle);
    check_refused(receiving.try_receive(), Errc::invalid_handle);
    check_throws([&] { (void)receiving.state(); }, Errc::invalid_handle);
    check_throws([&] { (void)receiving.info(); }, Errc::invalid_handle);
    send(sending, "works");
    receive(moved).processed().value();
}

BOOST_AUTO_TEST_CASE(a_loan_moved_from_is_refused) {
    auto loan = sending.loan(soon()).value();
    auto moved = std::move(loan);
    BOOST_TEST(loan.payload().empty());
    BOOST_TEST(loan.size() == 0U);
    check_refused(loan.resize(0), Errc::invalid_handle);
    check_refused(loan.describe(handoff::Image::of(1, 1, handoff::Encoding::mono8)), Errc::invalid_handle);
    check_refused(sending.send(std::move(loan)), Errc::invalid_handle);
    sending.send(std::move(moved)).value();
    check_refused(sending.send(std::move(moved)), Errc::invalid_handle);
    receive(receiving).processed().value();
    check_refused(receiving.try_receive(), Errc::empty);
}

BOOST_AUTO_TEST_CASE(a_request_moved_from_is_refused_and_the_other_answers) {
    auto pending = request_async(sending, "x");
    auto request = receive(receiving);
    auto moved = std::move(request);
    BOOST_TEST(request.payload().empty());
    check_refused(request.processed(), Errc::invalid_handle);
    check_refused(request.failed("no"), Errc::invalid_handle);
    auto moved_pending = std::move(pending);
    check_refused(pending.wait(soon()), Errc::invalid_handle);
    check_refused(pending.withdraw(), Errc::invalid_handle);
    moved.processed(bytes("yes")).value();
    auto processed = moved_pending.wait(soon()).value();
    auto moved_processed = std::move(processed);
    BOOST_TEST(processed.reply().empty());
    BOOST_TEST(text(moved_processed.reply()) == "yes");
    BOOST_TEST(sending.state().answered == 1U);
}

BOOST_AUTO_TEST_CASE(a_handle_leaves_once_all_that_it_sent_and_took_has_passed) {
    const Sender observer = sender();
    for (int message = 0; message < 100; ++message) {
        send(sending, "x");
        receive(receiving).processed().value();
        auto pending = request_async(sending, "x");
        receive(receiving).processed().value();
        BOOST_TEST(pending.wait(soon()).value().sequence() == 2U * message + 2);
    }
    {
        const Sender leaves = std::move(sending);
        const Receiver leaves_too = std::move(receiving);
    }
    BOOST_TEST(observer.state().senders == 1U);
    BOOST_TEST(observer.state().receivers == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_taken_outlives_its_handle_and_ends_in_another_thread) {
    const Sender observer = sender();
    send(sending, "x");
    auto loan = std::make_optional(sending.loan(soon()).value());
    auto request = std::make_optional(receive(receiving));
    {
        const Sender gone = std::move(sending);
        const Receiver gone_too = std::move(receiving);
    }
    BOOST_TEST(observer.state().senders == 2U);
    BOOST_TEST(observer.state().receivers == 1U);
    BOOST_TEST(text(request->payload()) == "x");
    std::thread([&] {
        loan.reset();
        request.reset();
    }).join();
    BOOST_TEST(observer.state().senders == 1U);
    BOOST_TEST(observer.state().receivers == 0U);
    Receiver last = receiver();
    auto again = receive(last);
    BOOST_TEST(again.deliveries() == 2U);  // given back
    again.processed().value();
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_inherits_no_handle_and_disturbs_nobody) {
    auto loan = std::make_optional(loan_with(sending, "ours"));
    auto pending = std::make_optional(request_async(sending, "asked"));
    auto request = std::make_optional(receive(receiving));
    send(sending, "unread");
    run_in_child([&](Checkpoints&) {
        check_refused(sending.try_loan(), Errc::invalid_handle);
        check_refused(sending.loan(soon()), Errc::invalid_handle);
        check_refused(sending.send(std::move(*loan)), Errc::invalid_handle);
        check_refused(receiving.receive(soon()), Errc::invalid_handle);
        check_refused(receiving.try_receive(), Errc::invalid_handle);
        check_refused(request->processed(), Errc::invalid_handle);
        check_refused(request->failed("no"), Errc::invalid_handle);
        check_refused(pending->wait(soon()), Errc::invalid_handle);
        check_refused(pending->withdraw(), Errc::invalid_handle);
        check_throws([&] { (void)sending.state(); }, Errc::invalid_handle);
        loan.reset();
        pending.reset();
        request.reset();
        const Sender gone = std::move(sending);
        const Receiver gone_too = std::move(receiving);
    });
    BOOST_TEST(sending.state().loaned == 1U);
    BOOST_TEST(sending.state().taken == 1U);
    BOOST_TEST(sending.state().ready == 1U);
    BOOST_TEST(sending.state().senders == 1U);
    BOOST_TEST(sending.state().receivers == 1U);
    BOOST_TEST(text(request->payload()) == "asked");
    request->processed(bytes("answered")).value();
    BOOST_TEST(text(pending->wait(soon())->reply()) == "answered");
    sending.send(std::move(*loan)).value();
    receive(receiving).processed().value();
    BOOST_TEST(text(receive(receiving).payload()) == "ours");
    receive(receiving).processed().value();
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_may_open_the_channel_itself) {
    send(sending, "to the child");
    run_in_child([&](Checkpoints&) {
        Receiver own(name);
        auto request = receive(own);
        BOOST_TEST(text(request.payload()) == "to the child");
        request.processed().value();
    });
    check_all_free(sending);
    BOOST_TEST(sending.state().receivers == 1U);
}

BOOST_AUTO_TEST_CASE(several_handles_of_one_process_are_several_participants) {
    Sender second = sender();
    Receiver third = receiver();
    BOOST_TEST(sending.state().senders == 2U);
    BOOST_TEST(sending.state().receivers == 2U);
    auto one = request_async(sending, "one"), two = request_async(second, "two");
    auto first = receive(third), other = receive(receiving);
    BOOST_TEST((first.sender() == sending.id()));
    BOOST_TEST((other.sender() == second.id()));
    other.processed(bytes("2")).value();
    first.processed(bytes("1")).value();
    BOOST_TEST(text(one.wait(soon())->reply()) == "1");
    BOOST_TEST(text(two.wait(soon())->reply()) == "2");
}

BOOST_AUTO_TEST_CASE(typed_values_go_there_and_back) {
    handoff::testing::UniqueName poses("poses");
    handoff::TypedSender<Pose, int> sender(poses);
    handoff::TypedReceiver<Pose, int> receiver(poses);
    BOOST_TEST(sender.untyped().info().payload_bytes == sizeof(Pose));
    BOOST_TEST(sender.untyped().info().reply_bytes == sizeof(int));
    std::thread answering([&] {
        auto request = receiver.receive(soon()).value();
        request.processed(static_cast<int>((*request).x + 2 * request->heading)).value();
    });
    auto loan = sender.loan(soon()).value();
    BOOST_TEST(loan->x == 0.0);
    *loan = {42, 2, 0.5};
    BOOST_TEST(sender.request(std::move(loan), soon()).value() == 43);
    answering.join();
    check_refused(receiver.try_receive(), Errc::empty);
}

BOOST_AUTO_TEST_CASE(a_typed_receiver_refuses_what_is_another_type) {
    shape.payload_bytes = 2 * sizeof(Pose);
    handoff::testing::UniqueName poses("poses");
    Sender sender(poses, shape);
    handoff::TypedReceiver<Pose> receiver(poses);
    auto pending = sender.request_async(sender.loan(soon()).value()).value();
    check_refused(receiver.receive(soon()), Errc::mismatch, "size");
    check_refused(pending.wait(soon()), Errc::failed, "size");
    handoff::TypedSender<Pose, int> typed(poses);
    std::thread answering([&] { receiver.receive(soon()).value().processed().value(); });
    check_refused(typed.request(typed.loan(soon()).value(), soon()), Errc::mismatch, "answer");
    answering.join();
    typed.send(typed.try_loan().value()).value();
    receiver.try_receive().value().failed("enough").value();
    check_all_free(sender);
}

BOOST_AUTO_TEST_SUITE_END()
