// Many messages at a time: what single calls promise holds for each of them.
#include <algorithm>
#include <array>
#include <optional>
#include <thread>

#include "conformance/fixture.hpp"

namespace batch_test {

using namespace conformance;
using handoff::Deadline;
using handoff::Errc;
using handoff::Loan;
using handoff::Receiver;
using handoff::Request;
using handoff::Sender;

struct Batches : Channel {
    std::array<Loan, 8> loans;
    std::array<Request, 8> requests;

    std::span<Loan> loan(Sender& sender, std::size_t count) {
        const auto batch = std::span(loans).first(count);
        BOOST_TEST_REQUIRE(sender.loan(batch, soon()).value() == count);
        for (std::size_t i = 0; i < count; ++i) batch[i].payload()[0] = static_cast<std::byte>(i);
        return batch;
    }
    std::span<Request> receive(Receiver& receiver) {
        return std::span(requests).first(receiver.receive(requests, soon()).value());
    }
};

}  // namespace batch_test

BOOST_FIXTURE_TEST_SUITE(batch_test, Batches)

BOOST_AUTO_TEST_CASE(a_batch_arrives_in_its_order_and_is_processed_at_once) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    for (int round = 0; round < 10; ++round) {
        sender.send(loan(sender, 4)).value();
        const auto batch = receive(receiver);
        BOOST_TEST_REQUIRE(batch.size() == 4U);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            BOOST_TEST(static_cast<std::size_t>(batch[i].payload()[0]) == i);
            BOOST_TEST(batch[i].sequence() == 4U * static_cast<unsigned>(round) + i + 1);
        }
        receiver.processed(batch).value();
        BOOST_TEST(sender.state().free == 4U);
    }
}

BOOST_AUTO_TEST_CASE(a_batch_of_loans_is_as_large_as_there_are_free_slots) {
    Sender sender = this->sender();
    const Loan other = sender.try_loan().value();
    BOOST_TEST(sender.loan(loans, soon()).value() == 3U);
    std::array<Loan, 1> more;
    check_refused(sender.loan(more, Deadline::now()), Errc::timed_out, "4 on loan");
}

BOOST_AUTO_TEST_CASE(what_a_batch_held_is_given_back) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    loan(sender, 2);
    loan(sender, 2);
    BOOST_TEST(sender.state().loaned == 2U);
    sender.send(std::span(loans).first(2)).value();
    receive(receiver);
    sender.send(sender.try_loan().value()).value();
    receiver.receive(std::span(requests).first(1), soon()).value();
    BOOST_TEST(sender.state().redelivered == 1U);
    while (sender.state().free < 4U) receiver.processed(receive(receiver)).value();
}

BOOST_AUTO_TEST_CASE(a_batch_tells_which_of_its_requests_are_awaited) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    sender.send(sender.try_loan().value()).value();
    const auto pending = sender.request_async(sender.try_loan().value()).value();
    BOOST_TEST_REQUIRE(receiver.receive(std::span(requests).first(2), soon()).value() == 2U);
    BOOST_TEST(!requests[0].awaited());
    BOOST_TEST(requests[1].awaited());
    receiver.processed(std::span(requests).first(2)).value();
    BOOST_TEST(pending.was_answered());
}

BOOST_AUTO_TEST_CASE(empty_batches_are_refused_or_nothing) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    check_refused(sender.loan(std::span<Loan>(), soon()), Errc::invalid_argument, "no place");
    check_refused(receiver.receive(std::span<Request>(), soon()), Errc::invalid_argument, "no place");
    sender.send(std::span<Loan>()).value();
    receiver.processed(std::span<Request>()).value();
}

BOOST_AUTO_TEST_CASE(a_batch_with_a_loan_that_cannot_be_sent_is_not_sent) {
    Sender sender = this->sender(), other = this->sender();
    loan(sender, 2);
    check_refused(sender.send(std::span(loans).first(3)), Errc::invalid_handle);
    loans[2] = other.try_loan().value();
    check_refused(sender.send(std::span(loans).first(3)), Errc::invalid_argument, "another Sender");
    BOOST_TEST(sender.state().ready == 0U);
    sender.send(std::span(loans).first(2)).value();
    BOOST_TEST(sender.state().ready == 2U);
    Receiver receiver = this->receiver();
    receiver.processed(receive(receiver)).value();
    loans = {};
}

BOOST_AUTO_TEST_CASE(nothing_to_receive_times_out_and_a_stream_ends) {
    std::optional<Sender> sender(this->sender());
    Receiver receiver = this->receiver();
    check_refused(receiver.receive(requests, Deadline::now()), Errc::timed_out, "nothing came");
    sender->send(loan(*sender, 3)).value();
    sender.reset();
    receiver.processed(receive(receiver)).value();
    check_refused(receiver.receive(requests, soon()), Errc::end_of_stream);
}

BOOST_AUTO_TEST_CASE(answers_that_somebody_awaits_reach_him) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto first = request_async(sender, "a"), second = request_async(sender, "b");
    send(sender, "c");
    auto batch = receive(receiver);
    BOOST_TEST_REQUIRE(batch.size() == 3U);
    batch[0].processed().value();
    check_refused(receiver.processed(batch), Errc::invalid_handle);  // the first is finished; the others are done
    BOOST_TEST(first.wait(soon()).has_value());
    BOOST_TEST(second.wait(soon()).has_value());
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(a_dropped_batch_is_delivered_again) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    sender.send(loan(sender, 4)).value();
    {
        std::array<Request, 3> dropped;
        BOOST_TEST(receiver.receive(dropped, soon()).value() == 3U);
    }
    const auto batch = receive(receiver);
    BOOST_TEST(batch.size() == 4U);
    BOOST_TEST(batch[0].deliveries() == 1U);
    for (const Request& request : batch.subspan(1)) BOOST_TEST(request.deliveries() == 2U);
    receiver.processed(batch).value();
}

BOOST_DATA_TEST_CASE(batches_stream_through_a_small_channel, policies, policy) {
    constexpr std::size_t messages = 3'000;
    Sender sender(name, shape, {.wait = policy});
    int out_of_order = 0;
    std::thread receiving([&] {
        Receiver receiver(name, shape, {.wait = policy});
        for (std::uint64_t received = 0; received < messages;) {
            std::array<Request, 3> batch;
            const auto found = std::span(batch).first(receiver.receive(batch, soon()).value());
            for (const Request& request : found) out_of_order += request.sequence() == ++received ? 0 : 1;
            receiver.processed(found).value();
        }
    });
    for (std::size_t sent = 0; sent < messages;) {
        const auto batch = std::span(loans).first(
            sender.loan(std::span(loans).first(std::min(loans.size(), messages - sent)), soon()).value());
        sender.send(batch).value();
        sent += batch.size();
    }
    receiving.join();
    BOOST_TEST(out_of_order == 0);
    BOOST_TEST(sender.state().free == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
