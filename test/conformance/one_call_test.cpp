// Bytes and structs in one call: loan, copy and send together.
#include <handoff/typed.hpp>

#include <array>
#include <cstring>
#include <numeric>
#include <span>
#include <thread>

#include "conformance/topic_fixture.hpp"

namespace one_call_test {

using namespace conformance;
using handoff::Deadline;
using handoff::Errc;
using handoff::Publisher;
using handoff::Receiver;
using handoff::Sender;
using handoff::Start;
using handoff::Subscriber;
using handoff::SubscriberOptions;
using handoff::TypedPublisher;
using handoff::TypedReceiver;
using handoff::TypedSender;
using handoff::TypedSubscriber;
using handoff::Withdrawn;

struct Point {
    int x, y;
    friend bool operator==(const Point&, const Point&) = default;
};

struct World : Topic {
    handoff::testing::UniqueName channel{"channel"};
    Sender sender{channel, {.slot_count = 2, .payload_bytes = 8, .reply_bytes = 8}};
    Receiver receiver{channel};
};

}  // namespace one_call_test

BOOST_FIXTURE_TEST_SUITE(one_call_test, World)

BOOST_AUTO_TEST_CASE(bytes_are_sent) {
    for (const char* message : {"x", "12345678", ""}) {
        sender.send(bytes(message), soon()).value();
        auto request = receive(receiver);
        BOOST_TEST(text(request.payload()) == message);
        BOOST_TEST(!request.awaited());
        request.processed().value();
    }
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(bytes_are_answered) {
    bool awaited = false;
    std::thread answering([&] {
        auto request = receive(receiver);
        awaited = request.awaited();
        request.processed(request.payload()).value();
    });
    const auto answer = sender.request(bytes("twice"), soon());
    answering.join();
    BOOST_TEST(text(answer.value().reply()) == "twice");
    BOOST_TEST(awaited);
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_refused_before_anything_is_waited_for) {
    const auto one = sender.loan(soon()).value(), two = sender.loan(soon()).value();
    check_refused(sender.send(bytes("123456789")), Errc::too_large, "9 bytes");
    check_refused(sender.request(bytes("123456789")), Errc::too_large, "holds 8");
    check_refused(sender.send(bytes("12345678"), Deadline::now()), Errc::timed_out);
    check_refused(sender.request(bytes("12345678"), Deadline::now()), Errc::timed_out);
    Publisher publisher = this->publisher();
    check_refused(publisher.publish(std::vector<std::byte>(257)), Errc::too_large, "257 bytes");
}

BOOST_AUTO_TEST_CASE(bytes_are_published) {
    Publisher publisher = this->publisher();
    Subscriber subscriber(name);
    BOOST_TEST(publisher.publish(bytes("first")).value() == 1U);
    BOOST_TEST(publisher.publish(bytes("second")).value() == 2U);
    check_message(subscriber.next(soon()), "first", 1, 0);
    check_message(subscriber.next(soon()), "second", 2, 0);
}

BOOST_AUTO_TEST_CASE(the_typed_sender_has_all_that_the_sender_has) {
    const handoff::testing::UniqueName points("points");
    TypedSender<Point, int> asking(points, {.slot_count = 3});
    check_refused(asking.wait_for_receiver(Deadline::now()), Errc::timed_out);
    TypedReceiver<Point, int> answering(points);
    asking.wait_for_receiver(soon()).value();
    BOOST_TEST(asking.info().payload_bytes == sizeof(Point));
    BOOST_TEST(asking.state().free == 3U);

    asking.send({1, 2}).value();
    auto sent = answering.receive(soon()).value();
    BOOST_TEST((*sent == Point{1, 2}));
    BOOST_TEST(!sent.awaited());
    BOOST_TEST((sent.sender() == asking.id() && sent.sequence() == 1U && sent.deliveries() == 1U));
    BOOST_TEST((sent.sent_at() == sent.untyped().sent_at() && sent.taken_at() == sent.untyped().taken_at()));
    BOOST_TEST((sent.sent_at() <= sent.taken_at() + 1us));
    check_refused(sent.editable(), Errc::invalid_argument, "in_place");
    sent.processed().value();

    auto loan = asking.loan(soon()).value();
    *loan = {3, 4};
    auto pending = asking.request_async(std::move(loan)).value();
    BOOST_TEST(!pending.was_answered());
    BOOST_TEST(wait_any({answering.waitable(), pending.waitable()}, soon()).value() == 0U);
    answering.try_receive().value().processed(7).value();
    BOOST_TEST(wait_any({answering.waitable(), pending.waitable()}, soon()).value() == 1U);
    BOOST_TEST(pending.wait(soon()).value() == 7);

    auto unread = asking.request_async(asking.loan(soon()).value()).value();
    BOOST_TEST((unread.withdraw().value() == Withdrawn::taken_back));
    BOOST_TEST(asking.waitable().was_ready());
    BOOST_TEST((asking.descriptor() >= 0 && answering.descriptor() >= 0));
    std::thread thread([&] { answering.receive(soon()).value().processed(8).value(); });
    BOOST_TEST(asking.request({5, 6}, soon()).value() == 8);
    thread.join();
}

BOOST_AUTO_TEST_CASE(many_structs_are_sent_and_received_in_batches) {
    const handoff::testing::UniqueName points("points");
    TypedSender<int> sending(points, {.slot_count = 4});
    TypedReceiver<int> receiving(points);
    std::vector<int> numbers(1'000), seen;
    std::iota(numbers.begin(), numbers.end(), 0);
    std::size_t sent = 0;
    std::thread thread([&] { sent = sending.send(std::span<const int>(numbers), soon()).value(); });
    while (seen.size() < numbers.size())
        for (auto batch = receiving.receive_all(3, soon()).value(); auto& request : batch) {
            seen.push_back(*request);
            request.processed().value();
        }
    thread.join();
    BOOST_TEST(sent == numbers.size());
    BOOST_TEST(seen == numbers);
    BOOST_TEST(sending.send(std::span<const int>(numbers), Deadline::now()).value() == 4U);
    check_refused(sending.send(std::span<const int>(numbers), Deadline::now()), Errc::timed_out);
    auto rest = receiving.receive_all(9, soon()).value();
    BOOST_TEST(rest.size() == 4U);
    receiving.processed(rest).value();
    check_refused(receiving.processed(rest), Errc::invalid_handle);
    BOOST_TEST((receiving.state().taken == 0U && receiving.state().free == 4U));
}

BOOST_AUTO_TEST_CASE(a_struct_is_edited_in_place) {
    const handoff::testing::UniqueName points("points");
    Sender asking(points, {.payload_bytes = sizeof(Point), .in_place = true});
    TypedReceiver<Point> answering(points);
    auto pending = asking.request_async(asking.loan(soon()).value()).value();
    auto request = answering.receive(soon()).value();
    **request.editable() = {7, 8};
    request.processed().value();
    const auto processed = pending.wait(soon()).value();
    Point edited{};
    std::memcpy(&edited, processed.payload().data(), sizeof edited);
    BOOST_TEST((edited == Point{7, 8}));
}

BOOST_AUTO_TEST_CASE(the_typed_topic_has_all_that_the_topic_has) {
    const handoff::testing::UniqueName points("points");
    TypedPublisher<Point> publishing(points, {.history = 3});
    check_refused(publishing.wait_for_subscriber(Deadline::now()), Errc::timed_out);
    TypedSubscriber<Point> subscribed(points);
    publishing.wait_for_subscriber(soon()).value();
    BOOST_TEST(publishing.info().history == 3U);
    BOOST_TEST(subscribed.info().payload_bytes == sizeof(Point));
    BOOST_TEST(publishing.publish({1, 2}).value() == 1U);
    BOOST_TEST((subscribed.state().newest == 1U && publishing.state().newest == 1U));
    BOOST_TEST(wait_any({subscribed.waitable()}, soon()).value() == 0U);
    BOOST_TEST(subscribed.descriptor() >= 0);
    BOOST_TEST((*subscribed.next(soon()).value() == Point{1, 2}));
    for (int x = 2; x <= 6; ++x) publishing.publish({x, 0}).value();
    const auto kept = subscribed.next(soon()).value();
    BOOST_TEST((*kept == Point{4, 0} && kept.sequence() == 4U && kept.lost() == 2U));
    BOOST_TEST((kept.published_at() == kept.untyped().published_at()));
}

BOOST_AUTO_TEST_CASE(a_struct_is_copied_without_a_pin) {
    const handoff::testing::UniqueName points("points");
    Publisher publishing(points, {.history = 3, .payload_bytes = 3 * sizeof(Point)});
    const auto publish = [&](int x, std::size_t size) {
        const std::array message{Point{x, 0}, Point{x, 1}, Point{x, 2}};
        publishing.publish(std::as_bytes(std::span(message)).first(size)).value();
    };
    for (const SubscriberOptions& options : {SubscriberOptions{.pins = 0, .start = Start::next},
                                             SubscriberOptions{.start = Start::next, .read_only = true}}) {
        TypedSubscriber<Point> subscribed(points, options);
        check_refused(subscribed.copy_next(Deadline::now()), Errc::timed_out);
        for (int x = 1; x <= 4; ++x) publish(x, sizeof(Point));
        const auto first = subscribed.copy_next(soon()).value();
        BOOST_TEST((first.value == Point{2, 0} && first.lost == 1U));
        const auto newest = subscribed.copy_newest(soon()).value();
        BOOST_TEST((newest.value == Point{4, 0} && newest.sequence == first.sequence + 2 && newest.lost == 1U));
        BOOST_TEST((first.published_at <= newest.published_at));
        publish(5, 1);                  // smaller than the type
        publish(6, 3 * sizeof(Point));  // larger
        publish(7, sizeof(Point));
        check_refused(subscribed.copy_next(soon()), Errc::mismatch, "size");
        check_refused(subscribed.copy_next(soon()), Errc::mismatch, "size");
        BOOST_TEST((subscribed.copy_next(soon()).value().value == Point{7, 0}));
    }
}

BOOST_AUTO_TEST_SUITE_END()
