// request -> processed, the work queue, and several requests in flight: what works, under every way of waiting.
#include <cstring>
#include <thread>

#include "conformance/fixture.hpp"

BOOST_FIXTURE_TEST_SUITE(request_test, conformance::Channel)

using namespace conformance;
using handoff::Errc;
using handoff::Receiver;
using handoff::Sender;

BOOST_DATA_TEST_CASE(a_request_comes_back_with_its_answer, policies, policy) {
    Sender sender(name, shape, {.wait = policy});
    std::thread answering([&] {
        Receiver receiver(name, {.wait = policy});
        auto request = receive(receiver);
        const std::string answer = "you said " + text(request.payload());
        request.processed(bytes(answer)).value();
    });
    auto processed = sender.request(loan_with(sender, "hello"), soon());
    answering.join();
    BOOST_TEST_REQUIRE(processed.has_value());
    BOOST_TEST(text(processed->reply()) == "you said hello");
    BOOST_TEST(text(processed->payload()) == "hello");
    BOOST_TEST(processed->sequence() == 1U);
    BOOST_TEST(processed->deliveries() == 1U);
    BOOST_TEST(processed->round_trip().count() > 0);
    BOOST_TEST(sender.state().answered == 1U);
    processed = Errc::empty;  // the slot goes with it
    BOOST_TEST(sender.state().free == 4U);
}

BOOST_DATA_TEST_CASE(the_receiver_waits_for_what_comes_later, policies, policy) {
    Sender sender(name, shape, {.wait = policy});
    Receiver receiver(name, {.wait = policy});
    std::thread sending([&] {
        // Boost's checks are for one thread at a time.
        if (handoff::testing::eventually([&] { return sender.state().receivers == 1; })) send(sender, "later");
    });
    BOOST_TEST(text(receive(receiver).payload()) == "later");
    sending.join();
    receive(receiver).processed().value();
}

BOOST_DATA_TEST_CASE(a_full_channel_makes_the_sender_wait, policies, policy) {
    Sender sender(name, shape, {.wait = policy});
    Receiver receiver(name, {.wait = policy});
    for (int i = 0; i < 4; ++i) send(sender, "x");
    check_refused(sender.try_loan(), Errc::full);
    std::thread making_room([&] { receive(receiver).processed().value(); });
    auto loan = sender.loan(soon());
    making_room.join();
    BOOST_TEST(loan.has_value());
    for (int i = 0; i < 3; ++i) receive(receiver).processed().value();
}

BOOST_DATA_TEST_CASE(two_thousand_handshakes, policies, policy) {
    constexpr int rounds = 2'000;
    Sender sender(name, shape, {.wait = policy});
    std::thread answering([&] {
        Receiver receiver(name, {.wait = policy});
        for (int round = 0; round < rounds; ++round) {
            auto request = receive(receiver);
            std::memcpy(request.reply().data(), request.payload().data(), sizeof round);
            request.processed(sizeof round).value();
        }
    });
    for (int round = 0; round < rounds; ++round) {
        auto loan = sender.loan(soon()).value();
        std::memcpy(loan.payload().data(), &round, sizeof round);
        const auto processed = sender.request(std::move(loan), soon()).value();
        int answer = -1;
        std::memcpy(&answer, processed.reply().data(), sizeof answer);
        BOOST_TEST_REQUIRE(answer == round);
    }
    answering.join();
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(a_request_says_what_it_is) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    const auto before = std::chrono::steady_clock::now();
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        send(sender, "x");
        auto request = receive(receiver);
        BOOST_TEST(request.sequence() == sequence);
        BOOST_TEST((request.sender() == sender.id()));
        BOOST_TEST(request.deliveries() == 1U);
        BOOST_TEST(request.payload().size() == 1U);
        BOOST_TEST(request.reply().size() == *shape.reply_bytes);
        BOOST_TEST((before <= request.sent_at() + 1us && request.sent_at() <= request.taken_at() + 1us));
        BOOST_TEST((request.taken_at() <= std::chrono::steady_clock::now() + 1us));
        request.processed().value();
    }
    BOOST_TEST(!(this->sender().id() == sender.id()));
}

BOOST_AUTO_TEST_CASE(an_answer_is_written_in_place_or_copied_or_empty) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto in_place = request_async(sender, "a"), copied = request_async(sender, "b"), empty = request_async(sender, "c");
    auto request = receive(receiver);
    std::memcpy(request.reply().data(), "abc", 3);
    request.processed(std::size_t{3}).value();
    receive(receiver).processed(bytes("copied")).value();
    receive(receiver).processed().value();
    BOOST_TEST(text(in_place.wait(soon())->reply()) == "abc");
    BOOST_TEST(text(copied.wait(soon())->reply()) == "copied");
    BOOST_TEST(empty.wait(soon())->reply().empty());
}

BOOST_AUTO_TEST_CASE(an_answer_may_be_a_part_of_the_reply_area_itself) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "x");
    auto request = receive(receiver);
    std::memcpy(request.reply().data(), "0123456789", 10);
    request.processed(std::span<const std::byte>(request.reply().subspan(2, 5))).value();
    BOOST_TEST(text(pending.wait(soon())->reply()) == "23456");
}

BOOST_AUTO_TEST_CASE(a_failure_reaches_the_sender_with_its_reason) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "x");
    receive(receiver).failed("the picture is upside down").value();
    check_refused(pending.wait(soon()), Errc::failed, "the picture is upside down");
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(a_long_reason_is_cut_and_an_empty_one_is_named) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "x");
    receive(receiver).failed(std::string(1000, 'y')).value();
    const auto cut = pending.wait(soon());
    check_refused(cut, Errc::failed, std::string(119, 'y'));
    BOOST_TEST(cut.error().message().find(std::string(120, 'y')) == std::string::npos);
    auto second = request_async(sender, "x");
    receive(receiver).failed("").value();
    check_refused(second.wait(soon()), Errc::failed, "no reason");
    auto third = request_async(sender, "x");
    receive(receiver).failed("two\nlines").value();
    check_refused(third.wait(soon()), Errc::failed, "two?lines");
}

BOOST_AUTO_TEST_CASE(several_in_flight_are_answered_in_another_order) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    std::vector<handoff::Pending> pending;
    for (const char* message : {"1", "2", "3", "4"}) pending.push_back(request_async(sender, message));
    std::vector<handoff::Request> requests;
    for (int i = 0; i < 4; ++i) requests.push_back(receive(receiver));
    for (const int i : {2, 0, 3, 1}) {
        BOOST_TEST(!pending[static_cast<std::size_t>(i)].was_answered());
        auto& request = requests[static_cast<std::size_t>(i)];
        const std::string question = text(request.payload());
        request.processed(bytes(question)).value();
        BOOST_TEST(pending[static_cast<std::size_t>(i)].was_answered());
    }
    for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST(pending[i].sequence() == i + 1);
        BOOST_TEST(text(pending[i].wait(soon())->reply()) == std::to_string(i + 1));
    }
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(a_work_queue_waits_for_nobody) {
    Sender sender = this->sender();
    for (const char* message : {"1", "2", "3"}) send(sender, message);
    BOOST_TEST(sender.state().ready == 3U);
    Receiver receiver = this->receiver();
    for (const char* message : {"1", "2", "3"}) {
        auto request = receive(receiver);
        BOOST_TEST(text(request.payload()) == message);
        BOOST_TEST(sender.state().taken == 1U);
        request.processed(bytes("nobody reads this")).value();
    }
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(messages_may_be_empty) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "");
    auto request = receive(receiver);
    BOOST_TEST(request.payload().empty());
    request.processed(bytes("")).value();
    BOOST_TEST(pending.wait(soon())->reply().empty());
}

BOOST_AUTO_TEST_CASE(a_dropped_loan_is_given_back) {
    Sender sender = this->sender();
    {
        const auto loan = sender.loan(soon());
        BOOST_TEST(sender.state().loaned == 1U);
    }
    BOOST_TEST(sender.state().free == 4U);
    auto kept = sender.loan(soon()).value();
    kept = sender.loan(soon()).value();  // the first one goes
    BOOST_TEST(sender.state().loaned == 1U);
}

BOOST_AUTO_TEST_CASE(loans_and_answers_outlive_their_sender) {
    auto sender = std::make_unique<Sender>(this->sender());
    Receiver receiver = this->receiver();
    auto loan = sender->loan(soon()).value();
    auto pending = request_async(*sender, "question");
    sender.reset();
    std::memset(loan.payload().data(), 1, loan.payload().size());
    receive(receiver).processed(bytes("answer")).value();
    auto processed = pending.wait(soon()).value();
    BOOST_TEST(text(processed.reply()) == "answer");
    BOOST_TEST(receiver.state().senders == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
