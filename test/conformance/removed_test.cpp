// The name was removed while the segment was in use: a wait that finds nothing returns `removed`; what is there is
// still handed out, and a handle that opens the name again shares nothing with the previous ones.
#include <handoff/inspect.hpp>
#include <handoff/wait_any.hpp>

#include <poll.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "conformance/latest_fixture.hpp"
#include "conformance/topic_fixture.hpp"

namespace removed_test {

using namespace conformance;
using namespace handoff;

void remove_name(const testing::UniqueName& name) {
    BOOST_TEST_REQUIRE(std::filesystem::remove("/dev/shm/handoff." + name.str()));
}

/// `wait(deadline)` times out, then the name is removed, then a wait returns `removed`: at the next tick, not by the
/// check with which a wait begins, and long before the deadline. So does every further wait.
template <class Wait>
void check_removed(const testing::UniqueName& name, Wait&& wait) {
    check_refused(wait(Deadline(1ms)), Errc::timed_out);
    remove_name(name);
    const auto begin = std::chrono::steady_clock::now();
    check_refused(wait(soon()), Errc::removed, "Open it again");
    check_refused(wait(soon()), Errc::removed, name.str());
    BOOST_TEST((std::chrono::steady_clock::now() - begin < testing::scaled(10s)), "it waited until its deadline");
    check_refused(wait(Deadline::now()), Errc::removed);
}

/// The same without waiting: `attempt()` finds nothing, then the name is removed.
template <class Attempt>
void check_removed_when_polling(const testing::UniqueName& name, Errc nothing, Attempt&& attempt) {
    check_refused(attempt(), nothing);
    remove_name(name);
    HANDOFF_CHECK_EVENTUALLY(attempt().error() == Errc::removed);
}

void check_readable(int descriptor) {
    pollfd look{descriptor, POLLIN, 0};
    BOOST_TEST(poll(&look, 1, 20'000) == 1);
}

std::string next_of(Receiver& receiver) {
    Request request = receive(receiver);
    std::string content = text(request.payload());
    request.processed().value();
    return content;
}

std::vector<Loan> all_loans(Sender& sender) {
    std::vector<Loan> loans;
    while (auto loan = sender.try_loan()) loans.push_back(std::move(*loan));
    return loans;
}

}  // namespace removed_test

BOOST_AUTO_TEST_SUITE(removed_test)

BOOST_DATA_TEST_CASE_F(Channel, a_receiver_that_waits_is_told, policies) {
    Receiver receiver(name, shape, {.wait = sample});
    check_removed(name, [&](Deadline deadline) { return receiver.receive(deadline); });
}

BOOST_DATA_TEST_CASE_F(Channel, a_sender_that_waits_for_a_slot_is_told, policies) {
    Sender sender(name, shape, {.wait = sample});
    const auto loans = all_loans(sender);
    check_removed(name, [&](Deadline deadline) { return sender.loan(deadline); });
}

BOOST_DATA_TEST_CASE_F(Channel, a_sender_that_waits_for_an_answer_is_told, policies) {
    Sender sender(name, shape, {.wait = sample});
    auto pending = request_async(sender, "unanswered");
    check_removed(name, [&](Deadline deadline) { return pending.wait(deadline); });
    check_refused(sender.request(loan_with(sender, "neither"), soon()), Errc::removed);
}

BOOST_FIXTURE_TEST_CASE(a_sender_that_waits_for_a_receiver_is_told, Channel) {
    Sender sender = this->sender();
    check_removed(name, [&](Deadline deadline) { return sender.wait_for_receiver(deadline); });
}

BOOST_FIXTURE_TEST_CASE(who_polls_a_channel_is_told, Channel) {
    {
        Sender sender = this->sender();
        const auto loans = all_loans(sender);
        check_removed_when_polling(name, Errc::full, [&] { return sender.try_loan(); });
    }
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    check_removed_when_polling(name, Errc::empty, [&] { return receiver.try_receive(); });
}

BOOST_FIXTURE_TEST_CASE(what_was_sent_comes_before_the_news, Channel) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    send(sender, "one");
    remove_name(name);
    send(sender, "two");
    BOOST_TEST(next_of(receiver) == "one");
    BOOST_TEST(next_of(receiver) == "two");
    check_refused(receiver.receive(soon()), Errc::removed);
    send(sender, "three");  // the existing handles can go on
    BOOST_TEST(next_of(receiver) == "three");
}

BOOST_FIXTURE_TEST_CASE(a_receiver_that_comes_anew_shares_nothing_and_the_sender_of_the_old_one_is_told, Channel) {
    shape.participants = 2;
    Sender old = this->sender();
    remove_name(name);
    Receiver anew(name, shape);
    Sender another(name, shape);  // both places are free: no participant of the old segment counts here
    check_refused(old.request(loan_with(old, "for nobody"), soon()), Errc::removed);
    send(another, "for the new one");
    BOOST_TEST(next_of(anew) == "for the new one");
}

BOOST_DATA_TEST_CASE_F(Topic, a_subscriber_that_waits_is_told, policies) {
    const Publisher publisher = this->publisher();
    Subscriber subscriber(name, shape, {.wait = sample});
    check_removed(name, [&](Deadline deadline) { return subscriber.next(deadline); });
    check_refused(subscriber.newest(soon()), Errc::removed);
    Buffer buffer{};
    check_refused(subscriber.copy_next(buffer, soon()), Errc::removed);
    check_refused(subscriber.copy_newest(buffer, soon()), Errc::removed);
}

BOOST_FIXTURE_TEST_CASE(a_read_only_subscriber_is_told, Topic) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber({.read_only = true});
    Buffer buffer{};
    check_removed(name, [&](Deadline deadline) { return subscriber.copy_next(buffer, deadline); });
    publish(publisher, "still here");
    BOOST_TEST(subscriber.copy_next(buffer, soon()).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_publisher_that_waits_is_told, Topic) {
    Publisher publisher = this->publisher();
    check_removed(name, [&](Deadline deadline) { return publisher.wait_for_subscriber(deadline); });
}

BOOST_FIXTURE_TEST_CASE(a_publisher_that_finds_no_slot_is_told, Topic) {
    Publisher publisher = this->publisher();
    std::vector<Loan> loans;
    while (auto loan = publisher.loan()) loans.push_back(std::move(*loan));
    check_removed_when_polling(name, Errc::full, [&] { return publisher.loan(); });
}

BOOST_FIXTURE_TEST_CASE(who_polls_a_topic_is_told, Topic) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    Buffer buffer{};
    check_removed_when_polling(name, Errc::empty, [&] { return subscriber.try_next(); });
    check_refused(subscriber.try_newest(), Errc::removed);
    check_refused(subscriber.copy_next(buffer, Deadline::now()), Errc::removed);
}

BOOST_DATA_TEST_CASE_F(LatestValue, who_waits_for_a_newer_value_is_told, policies) {
    LatestBytes value = open(sample);
    Bytes buffer{};
    check_removed(name, [&](Deadline deadline) { return value.wait_newer(buffer, deadline); });
}

BOOST_FIXTURE_TEST_CASE(who_reads_a_value_that_was_never_written_is_told, LatestValue) {
    const LatestBytes value = open();
    Bytes buffer{};
    check_removed_when_polling(name, Errc::empty, [&] { return value.read(buffer); });
}

BOOST_FIXTURE_TEST_CASE(a_read_only_reader_of_a_latest_value_is_told, LatestValue) {
    LatestBytes writer = open();
    LatestBytes reader = open_read_only();
    Bytes buffer{};
    check_removed(name, [&](Deadline deadline) { return reader.wait_newer(buffer, deadline); });
    writer.write(bytes("7")).value();
    BOOST_TEST(reader.wait_newer(buffer, soon()).has_value());
}

BOOST_FIXTURE_TEST_CASE(who_waits_for_several_things_is_told, Channel) {
    const Topic topic;
    const LatestValue value;
    Receiver receiver(name, shape);
    const Publisher publisher = topic.publisher();
    Subscriber subscriber = topic.subscriber();
    LatestBytes reader = value.open();
    const std::array waitables{receiver.waitable(), subscriber.waitable(), reader.waitable()};
    const auto wait = [&](Deadline deadline) { return wait_any(waitables, deadline); };
    check_refused(wait(Deadline(1ms)), Errc::timed_out);
    remove_name(value.name);
    BOOST_TEST(wait(soon()).value() == 2U);
    remove_name(topic.name);
    HANDOFF_CHECK_EVENTUALLY(wait(soon()).value() == 1U);
    remove_name(name);
    HANDOFF_CHECK_EVENTUALLY(wait(soon()).value() == 0U);
    check_refused(receiver.try_receive(), Errc::removed);
    check_refused(subscriber.try_next(), Errc::removed);
}

BOOST_FIXTURE_TEST_CASE(a_descriptor_becomes_readable_and_stays_so, Channel) {
    const Topic topic;
    Receiver receiver(name, shape);
    const Publisher publisher = topic.publisher();
    Subscriber subscriber = topic.subscriber({.read_only = true});
    const int of_receiver = receiver.descriptor(), of_subscriber = subscriber.descriptor();
    remove_name(name);
    check_readable(of_receiver);
    check_refused(receiver.try_receive(), Errc::removed);
    check_readable(of_receiver);
    remove_name(topic.name);
    check_readable(of_subscriber);
    Buffer buffer{};
    check_refused(subscriber.copy_next(buffer, Deadline::now()), Errc::removed);
}

BOOST_AUTO_TEST_SUITE_END()
