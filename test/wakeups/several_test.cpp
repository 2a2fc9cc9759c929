// Waiting for several things at once, and in an event loop: also by notifications alone.
#include <handoff/channel.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>
#include <handoff/wait_any.hpp>

#include <poll.h>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sync/wait_source.hpp"
#include "wakeups/fixture.hpp"

namespace several_test {

using namespace handoff;
using namespace handoff::test;

bool becomes_readable(int descriptor, Deadline deadline) {
    const std::int64_t left_ms = (deadline.at_ns() - detail::platform::now_ns()) / 1'000'000;
    pollfd wanted{descriptor, POLLIN, 0};
    return poll(&wanted, 1, static_cast<int>(left_ms)) == 1;
}

/// A channel, a topic and a latest value, with nothing in them.
struct World : NoTick {
    testing::UniqueName channel{"channel"}, topic{"topic"}, value{"value"};
    std::optional<Sender> sender{std::in_place, channel, ChannelShape{.slot_count = 2, .payload_bytes = 64}};
    std::optional<Receiver> receiver{std::in_place, channel};
    std::optional<Publisher> publisher{std::in_place, topic, TopicShape{.history = 2, .payload_bytes = 64}};
    std::optional<Subscriber> subscriber{std::in_place, topic};
    Latest<int> writer{value};
    std::optional<Latest<int>> reader{std::in_place, value};

    void send() { sender->send(sender->try_loan().value()).value(); }
    void publish() { publisher->publish(publisher->loan().value()).value(); }
    std::vector<Waitable> all() const { return {receiver->waitable(), subscriber->waitable(), reader->waitable()}; }
    void check_any_woken(std::size_t expected, const std::function<void()>& change) {
        const auto waitables = all();
        check_woken(
            [&](Deadline deadline) {
                const auto which = wait_any(waitables, deadline);
                return which && *which == expected;
            },
            change);
    }
    /// The thread behind the descriptor sleeps and is woken; then poll() reports the descriptor.
    void check_descriptor_woken(int descriptor, const std::function<void()>& change) {
        check_woken([&](Deadline deadline) { return becomes_readable(descriptor, deadline); }, change);
    }
};

/// Something that comes between the first check and the announcement that we sleep.
class Surprise final : public detail::sync::WaitSource {
public:
    Surprise() = default;
    ~Surprise() override { close_descriptor(); }
    bool can_be_waited_for() const noexcept override { return true; }
    bool has_something() noexcept override {
        if (looks_++ > 0) return true;
        condition_.notify_all();  // no waiter is announced: this wakes none
        return false;
    }
    detail::sync::FutexCondition* condition() noexcept override { return &condition_; }
    std::int64_t interval_ns() const noexcept override { return detail::sync::tick_ns; }
    bool tick(std::int64_t) noexcept override { return false; }

private:
    detail::sync::FutexCondition condition_;
    std::atomic<int> looks_{0};
};

/// Something that is taken, and something else that comes between the check after it and the announcement that we sleep
/// again.
class Successor final : public detail::sync::WaitSource {
public:
    Successor() = default;
    ~Successor() override { close_descriptor(); }
    void take() {
        state_ = State::taken;
        was_taken_from();
    }
    bool can_be_waited_for() const noexcept override { return true; }
    bool has_something() noexcept override {
        if (state_ != State::taken) return true;
        state_ = State::followed;
        condition_.notify_all();  // no waiter is announced: this wakes none
        return false;
    }
    detail::sync::FutexCondition* condition() noexcept override { return &condition_; }
    std::int64_t interval_ns() const noexcept override { return detail::sync::tick_ns; }
    bool tick(std::int64_t) noexcept override { return false; }

private:
    enum class State : std::uint8_t { there, taken, followed };
    detail::sync::FutexCondition condition_;
    std::atomic<State> state_{State::there};
};

}  // namespace several_test

BOOST_FIXTURE_TEST_SUITE(several_test, World)

BOOST_AUTO_TEST_CASE(each_of_several_things_wakes_wait_any) {
    check_any_woken(0, [&] { send(); });
    receiver->try_receive().value().processed().value();
    check_any_woken(1, [&] { publish(); });
    BOOST_TEST(subscriber->try_next().has_value());
    check_any_woken(2, [&] { writer.write(1).value(); });
}

BOOST_AUTO_TEST_CASE(the_end_of_each_stream_wakes_wait_any) {
    check_any_woken(0, [&] { sender.reset(); });
    BOOST_TEST((receiver->try_receive().error() == Errc::end_of_stream));
    check_any_woken(1, [&] { publisher.reset(); });
}

BOOST_AUTO_TEST_CASE(what_comes_before_the_waiter_is_announced_is_found_by_the_second_look) {
    const Deadline deadline(testing::scaled(4s));
    const std::vector<Waitable> waitables{detail::sync::WaitSource::waitable(std::make_shared<Surprise>())};
    BOOST_TEST(wait_any(waitables, deadline).value() == 0U);
    BOOST_TEST(detail::platform::now_ns() < deadline.at_ns(), "it slept until its deadline");
}

BOOST_AUTO_TEST_CASE(a_message_makes_the_descriptor_of_a_receiver_readable) {
    const int descriptor = receiver->descriptor();
    for (int round = 0; round < 2; ++round) {
        check_descriptor_woken(descriptor, [&] { send(); });
        receiver->try_receive().value().processed().value();
    }
    check_descriptor_woken(descriptor, [&] { sender.reset(); });
}

BOOST_AUTO_TEST_CASE(a_message_makes_the_descriptor_readable_again_after_two_that_were_taken_together) {
    const int descriptor = receiver->descriptor();
    check_descriptor_woken(descriptor, [&] { send(); });
    send();  // uses up what the thread announced before it found the first
    HANDOFF_CHECK_EVENTUALLY(others_are_asleep());
    for (int taken = 0; taken < 2; ++taken) receiver->try_receive().value().processed().value();
    check_descriptor_woken(descriptor, [&] { send(); });
}

BOOST_AUTO_TEST_CASE(a_free_slot_makes_the_descriptor_of_a_sender_readable) {
    std::vector<Loan> loans;
    for (int i = 0; i < 2; ++i) loans.push_back(sender->try_loan().value());
    const int descriptor = sender->descriptor();
    check_descriptor_woken(descriptor, [&] { loans.pop_back(); });
    loans.push_back(sender->try_loan().value());
    sender->send(std::move(loans.front())).value();
    auto request = receiver->try_receive().value();
    check_descriptor_woken(descriptor, [&] { request.processed().value(); });
}

BOOST_AUTO_TEST_CASE(an_answer_makes_the_descriptor_of_its_request_readable) {
    auto pending = sender->request_async(sender->try_loan().value()).value();
    auto request = receiver->try_receive().value();
    check_descriptor_woken(pending.descriptor(), [&] { request.processed().value(); });
    BOOST_TEST(pending.wait(Deadline::now()).has_value());
}

BOOST_AUTO_TEST_CASE(a_message_makes_the_descriptor_of_a_subscriber_readable) {
    const int descriptor = subscriber->descriptor();
    for (int round = 0; round < 2; ++round) {
        check_descriptor_woken(descriptor, [&] { publish(); });
        BOOST_TEST(subscriber->try_next().has_value());
    }
    check_descriptor_woken(descriptor, [&] { publisher.reset(); });
}

BOOST_AUTO_TEST_CASE(a_value_makes_the_descriptor_of_its_reader_readable) {
    const int descriptor = reader->untyped().descriptor();
    for (int round = 0; round < 2; ++round) {
        check_descriptor_woken(descriptor, [&] { writer.write(1).value(); });
        BOOST_TEST(reader->read().has_value());
    }
}

BOOST_AUTO_TEST_CASE(what_comes_before_the_thread_of_a_descriptor_is_announced_is_found) {
    Surprise surprise;
    BOOST_TEST(becomes_readable(surprise.descriptor(), testing::scaled(4s)));
}

BOOST_AUTO_TEST_CASE(what_comes_while_a_descriptor_is_rearmed_is_found) {
    Successor successor;
    BOOST_REQUIRE(becomes_readable(successor.descriptor(), testing::scaled(4s)));
    successor.take();
    BOOST_TEST(becomes_readable(successor.descriptor(), testing::scaled(4s)));
}

BOOST_AUTO_TEST_SUITE_END()
