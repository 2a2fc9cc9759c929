// Every wait can be ended from outside: at once, and nothing is lost.
#include <handoff/latest.hpp>
#include <handoff/typed.hpp>
#include <handoff/wait_any.hpp>

#include <unistd.h>

#include <array>
#include <stop_token>
#include <thread>

#include "conformance/topic_fixture.hpp"
#include "platform/asleep.hpp"

namespace stop_test {

using namespace conformance;
using handoff::Deadline;
using handoff::Errc;
using handoff::Latest;
using handoff::Publisher;
using handoff::Receiver;
using handoff::Sender;
using handoff::Subscriber;
using handoff::Wait;
using handoff::wait_any;
using handoff::WaitPolicy;

/// Requests a stop as soon as the thread that made this sleeps (or, where it never does, at once).
class StopWhenAsleep {
public:
    explicit StopWhenAsleep(WaitPolicy policy) : sleeps_(policy != WaitPolicy::busy) {}
    Wait wait() const { return source_.get_token(); }  // without a deadline: a stop that is missed hangs

private:
    bool sleeps_;
    std::filesystem::path waiting_ = "/proc/self/task/" + std::to_string(gettid());
    std::stop_source source_;
    std::jthread stopper_{[this] {
        while (sleeps_ && !handoff::test::is_asleep(waiting_)) std::this_thread::yield();
        source_.request_stop();
    }};
};

/// `operation(wait)` sleeps, is stopped, and returns `stopped`; also if it was stopped before it begins.
template <class Operation>
void check_stops(WaitPolicy policy, Operation operation) {
    {
        const StopWhenAsleep stop(policy);
        check_refused(operation(stop.wait()), Errc::stopped, "stop");
    }
    std::stop_source stopped;
    stopped.request_stop();
    check_refused(operation(stopped.get_token()), Errc::stopped, "stop");
}

std::stop_token stopped_token() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

/// A channel, a topic and a latest value.
struct World : Topic {
    handoff::testing::UniqueName channel_name{"channel"}, value_name{"value"};
    handoff::ChannelShape channel_shape{.slot_count = 2, .payload_bytes = 64, .reply_bytes = 64};

    Sender sender(WaitPolicy policy) const { return Sender(channel_name, channel_shape, {.wait = policy}); }
    Receiver receiver(WaitPolicy policy) const { return Receiver(channel_name, {.wait = policy}); }
};

}  // namespace stop_test

BOOST_FIXTURE_TEST_SUITE(stop_test, World)

BOOST_DATA_TEST_CASE(a_receiver_that_waits_for_a_request_is_stopped, policies, policy) {
    Sender sender = this->sender(policy);
    Receiver receiver = this->receiver(policy);
    check_stops(policy, [&](const Wait& wait) { return receiver.receive(wait); });
    std::vector<handoff::Request> batch(2);
    check_stops(policy, [&](const Wait& wait) { return receiver.receive(std::span(batch), wait); });
    send(sender, "after");
    receive(receiver).processed().value();
}

BOOST_DATA_TEST_CASE(a_sender_that_waits_for_a_slot_or_a_receiver_is_stopped, policies, policy) {
    Sender sender = this->sender(policy);
    check_stops(policy, [&](const Wait& wait) { return sender.wait_for_receiver(wait); });
    {
        const auto one = sender.loan(soon()).value(), two = sender.loan(soon()).value();
        check_stops(policy, [&](const Wait& wait) { return sender.loan(wait); });
        std::vector<handoff::Loan> batch(2);
        check_stops(policy, [&](const Wait& wait) { return sender.loan(std::span(batch), wait); });
    }
    BOOST_TEST(sender.loan(soon()).has_value());
}

BOOST_DATA_TEST_CASE(a_sender_that_waits_for_an_answer_is_stopped_and_may_wait_again, policies, policy) {
    Sender sender = this->sender(policy);
    Receiver receiver = this->receiver(policy);
    auto pending = request_async(sender, "x");
    check_stops(policy, [&](const Wait& wait) { return pending.wait(wait); });
    receive(receiver).processed(bytes("answer")).value();
    BOOST_TEST(text(pending.wait(soon()).value().reply()) == "answer");
}

BOOST_DATA_TEST_CASE(a_request_that_is_stopped_is_taken_back, policies, policy) {
    Sender sender = this->sender(policy);
    Receiver receiver = this->receiver(policy);
    {
        const StopWhenAsleep stop(policy);
        // A busy wait may be stopped before it begins.
        check_refused(sender.request(loan_with(sender, "x"), stop.wait()), Errc::stopped,
                      policy == WaitPolicy::busy ? "stop" : "withdrawn");
    }
    check_refused(receiver.try_receive(), Errc::empty);
    check_refused(sender.request(loan_with(sender, "x"), stopped_token()), Errc::stopped);
    check_refused(receiver.try_receive(), Errc::empty);
    check_all_free(sender);
}

BOOST_DATA_TEST_CASE(a_subscriber_that_waits_for_a_message_is_stopped, policies, policy) {
    Publisher publisher = this->publisher();
    Subscriber subscriber(name, shape, {.wait = policy});
    Buffer buffer;
    check_stops(policy, [&](const Wait& wait) { return subscriber.next(wait); });
    check_stops(policy, [&](const Wait& wait) { return subscriber.newest(wait); });
    check_stops(policy, [&](const Wait& wait) { return subscriber.copy_next(buffer, wait); });
    check_stops(policy, [&](const Wait& wait) { return subscriber.copy_newest(buffer, wait); });
    publish(publisher, "after");
    check_message(subscriber.next(soon()), "after", 1, 0);
}

BOOST_DATA_TEST_CASE(who_polls_is_stopped, policies, policy) {
    Publisher publisher = this->publisher();
    Subscriber subscriber(name, {.wait = policy, .read_only = true});
    Buffer buffer;
    check_stops(policy, [&](const Wait& wait) { return subscriber.copy_next(buffer, wait); });
    Latest<int> writer(value_name), reader(value_name, {.wait = policy, .read_only = true});
    check_stops(policy, [&](const Wait& wait) { return reader.wait_newer(wait); });
}

BOOST_DATA_TEST_CASE(a_publisher_that_waits_for_a_subscriber_and_a_reader_are_stopped, policies, policy) {
    Publisher publisher(name, shape, {.wait = policy});
    check_stops(policy, [&](const Wait& wait) { return publisher.wait_for_subscriber(wait); });
    Latest<int> value(value_name, {.wait = policy});
    check_stops(policy, [&](const Wait& wait) { return value.wait_newer(wait); });
}

BOOST_AUTO_TEST_CASE(who_waits_for_several_things_is_stopped) {
    Sender sender = this->sender(WaitPolicy::sleep);
    Receiver receiver = this->receiver(WaitPolicy::sleep);
    Publisher publisher = this->publisher();
    Subscriber subscriber(name), polls(name, {.read_only = true});
    check_stops(WaitPolicy::sleep, [&](const Wait& wait) {
        return wait_any({receiver.waitable(), subscriber.waitable()}, wait);
    });
    check_stops(WaitPolicy::sleep, [&](const Wait& wait) {
        return wait_any({receiver.waitable(), polls.waitable()}, wait);
    });
}

BOOST_AUTO_TEST_CASE(what_is_there_stays_there_for_the_next_one) {
    Sender sender = this->sender(WaitPolicy::balanced);
    Receiver receiver = this->receiver(WaitPolicy::balanced);
    send(sender, "x");
    check_refused(receiver.receive(stopped_token()), Errc::stopped);
    check_refused(wait_any({receiver.waitable()}, stopped_token()), Errc::stopped);
    BOOST_TEST(text(receive(receiver).payload()) == "x");
}

BOOST_AUTO_TEST_CASE(a_token_that_is_never_stopped_changes_nothing) {
    Sender sender = this->sender(WaitPolicy::sleep);
    Receiver receiver = this->receiver(WaitPolicy::sleep);
    const std::stop_source source;
    check_refused(receiver.receive({5ms, source.get_token()}), Errc::timed_out);
    check_refused(receiver.receive({Deadline::now(), source.get_token()}), Errc::timed_out);
    check_refused(wait_any({receiver.waitable()}, {5ms, source.get_token()}), Errc::timed_out);
    std::jthread late([&] {
        while (!handoff::test::is_asleep(getpid())) std::this_thread::yield();
        send(sender, "x");
    });
    receiver.receive(source.get_token()).value().processed().value();
}

BOOST_AUTO_TEST_CASE(one_token_stops_the_waits_of_many_threads) {
    Sender sender = this->sender(WaitPolicy::sleep);
    Receiver receiver = this->receiver(WaitPolicy::sleep);
    std::stop_source source;
    std::atomic<int> stopped{0};
    {
        std::array<std::jthread, 8> threads;
        for (auto& thread : threads)
            thread = std::jthread([&] { stopped += receiver.receive(source.get_token()).error() == Errc::stopped; });
        HANDOFF_REQUIRE_EVENTUALLY(handoff::test::others_are_asleep());
        source.request_stop();
    }
    BOOST_TEST(stopped == 8);
}

BOOST_AUTO_TEST_CASE(no_request_is_lost_where_receivers_are_stopped_while_they_are_sent) {
    constexpr std::uint64_t count = 2'000;
    Sender sender = this->sender(WaitPolicy::sleep);
    std::atomic<std::uint64_t> taken{0};
    const auto receive_until_stopped = [&](Receiver& receiver, const std::stop_token& token) {
        while (auto request = receiver.receive({soon(), token})) {
            request->processed().value();
            ++taken;
        }
    };
    std::array<Receiver, 2> receivers{receiver(WaitPolicy::sleep), receiver(WaitPolicy::sleep)};
    std::jthread sending([&] {
        for (std::uint64_t i = 0; i < count; ++i) send(sender, "x");
    });
    while (taken < count) {
        std::stop_source source;
        std::jthread stopped([&] { receive_until_stopped(receivers[0], source.get_token()); });
        const auto before = taken.load();
        HANDOFF_REQUIRE_EVENTUALLY(taken > before || taken == count);
        source.request_stop();
    }
    BOOST_TEST(taken == count);
}

BOOST_AUTO_TEST_CASE(a_wait_for_a_segment_is_stopped) {
    constexpr auto for_ever = std::chrono::nanoseconds::max();
    for (const bool before : {true, false}) {
        const handoff::testing::UniqueName nobody("nobody");
        std::stop_source source;
        if (before) source.request_stop();
        std::jthread stopper([&, waiting = gettid()] {
            while (!before && !handoff::test::is_asleep(waiting)) std::this_thread::yield();
            source.request_stop();
        });
        check_throws([&] { Receiver(nobody, {.attach_timeout = for_ever, .attach_stop = source.get_token()}); },
                     Errc::stopped, nobody.str());
    }
}

BOOST_AUTO_TEST_SUITE_END()
