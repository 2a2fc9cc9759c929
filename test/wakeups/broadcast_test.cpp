// Every way in which a wait on a topic or a latest value can end, each by its own notification.
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>

#include <array>
#include <optional>

#include "wakeups/fixture.hpp"

namespace broadcast_test {

using namespace handoff;
using namespace handoff::test;

struct Fixture : NoTick {
    testing::UniqueName name{"wakeups"}, value{"value"};
    TopicShape shape{.history = 2, .payload_bytes = 64};
    HandleOptions handle{.wait = WaitPolicy::sleep};
    std::optional<Publisher> publisher{std::in_place, name, shape, handle};
    LatestOptions latest_options{.wait = WaitPolicy::sleep};

    void publish() { publisher->publish(publisher->loan().value()).value(); }
};

}  // namespace broadcast_test

BOOST_FIXTURE_TEST_SUITE(broadcast_test, Fixture)

BOOST_AUTO_TEST_CASE(a_message_wakes_a_subscriber_that_waits_for_the_next) {
    Subscriber waiting(name, {.wait = WaitPolicy::sleep});
    check_woken([&](Deadline deadline) { return waiting.next(deadline).has_value(); }, [&] { publish(); });
}

BOOST_AUTO_TEST_CASE(a_message_wakes_a_subscriber_that_waits_for_a_newer_one) {
    Subscriber waiting(name, {.wait = WaitPolicy::sleep});
    check_woken([&](Deadline deadline) { return waiting.newest(deadline).has_value(); }, [&] { publish(); });
}

BOOST_AUTO_TEST_CASE(a_message_wakes_a_subscriber_that_copies) {
    Subscriber waiting(name, {.wait = WaitPolicy::sleep, .pins = 0});
    std::array<std::byte, 64> buffer{};
    check_woken([&](Deadline deadline) { return waiting.copy_next(buffer, deadline).has_value(); }, [&] { publish(); });
}

BOOST_AUTO_TEST_CASE(a_message_wakes_every_subscriber) {
    Subscriber first(name, {.wait = WaitPolicy::sleep}), second(name, {.wait = WaitPolicy::sleep});
    check_woken(
        [&](Deadline deadline) {
            bool other = false;
            std::thread beside([&] { other = second.next(deadline).has_value(); });
            const bool mine = first.next(deadline).has_value();
            beside.join();
            return mine && other;
        },
        [&] { publish(); });
}

BOOST_AUTO_TEST_CASE(the_end_of_the_stream_wakes_a_subscriber) {
    Subscriber waiting(name, {.wait = WaitPolicy::sleep});
    check_woken([&](Deadline deadline) { return waiting.next(deadline).error() == Errc::end_of_stream; },
                [&] { publisher.reset(); });
}

BOOST_AUTO_TEST_CASE(recovering_the_last_publisher_wakes_the_subscribers) {
    publisher.reset();
    Child last([&](Checkpoints& checkpoints) {
        const Publisher dying(name, shape, handle);
        checkpoints.stop_at("there");
    });
    last.wait_for("there");
    Subscriber waiting(name, {.wait = WaitPolicy::sleep});
    check_woken([&](Deadline deadline) { return waiting.next(deadline).error() == Errc::end_of_stream; },
                [&] {
                    last.kill();
                    const Subscriber recoverer(name, {.wait = WaitPolicy::sleep, .pins = 0});
                });
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_comes_wakes_those_who_wait_for_one) {
    std::optional<Subscriber> coming;
    check_woken([&](Deadline deadline) { return publisher->wait_for_subscriber(deadline).has_value(); },
                [&] { coming.emplace(name, SubscriberOptions{.wait = WaitPolicy::sleep}); });
}

BOOST_AUTO_TEST_CASE(a_value_wakes_those_who_wait_for_a_newer_one) {
    Latest<int> writer(value, latest_options), reader(value, latest_options);
    check_woken([&](Deadline deadline) { return reader.wait_newer(deadline).has_value(); },
                [&] { writer.write(1).value(); });
}

BOOST_AUTO_TEST_SUITE_END()
