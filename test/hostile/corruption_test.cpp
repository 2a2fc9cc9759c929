// One process writes anything anywhere into a segment that others use: their calls return errors, and none of them
// dies, hangs, or is late.
#include <array>

#include "fuzz/input.hpp"
#include "hostile/corrupter.hpp"

namespace corruption_test {

using namespace handoff;
using namespace handoff::test;

constexpr int calls_in_a_session = 60;

// ---- channel --------------------------------------------------------------------------------------------------------

const ChannelShape small{
    .slot_count = 5, .payload_bytes = 200, .reply_bytes = 100, .participants = 6, .lifetime = Lifetime::persistent};

Session asks(const std::string& name) {
    return [name](CallRecorder& recorder) {
        std::optional<Sender> sender;
        recorder.run([&] { return sender.emplace(name), true; });
        for (int call = 0; sender && call < calls_in_a_session; ++call)
            recorder.run([&] {
                auto loan = sender->loan(deadline);
                if (!loan) return succeeded(loan);
                fill(loan->payload(), 7);
                return succeeded(sender->request(std::move(*loan), deadline));
            });
        recorder.run([&] { return sender.reset(), true; });
    };
}

Session sends(const std::string& name) {
    return [name](CallRecorder& recorder) {
        std::optional<Sender> sender;
        recorder.run([&] { return sender.emplace(name, HandleOptions{.wait = WaitPolicy::sleep}), true; });
        std::vector<Pending> pending;
        for (int call = 0; sender && call < calls_in_a_session; ++call)
            recorder.run([&] {
                auto loan = sender->try_loan();
                if (!loan) pending.clear();
                if (!loan) return !sender->who_holds().empty() && succeeded(loan);
                if (recorder.random()() % 2 == 0) return succeeded(sender->send(std::move(*loan)));
                auto asked = sender->request_async(std::move(*loan));
                if (asked) pending.push_back(std::move(*asked));
                if (recorder.random()() % 4 == 0 && !pending.empty()) (void)pending.front().withdraw();
                return succeeded(asked);
            });
        recorder.run([&] { return pending.clear(), sender.reset(), true; });
    };
}

Session receives(const std::string& name, WaitPolicy wait) {
    return [name, wait](CallRecorder& recorder) {
        std::optional<Receiver> receiver;
        recorder.run([&] { return receiver.emplace(name, HandleOptions{.wait = wait}), true; });
        for (int call = 0; receiver && call < calls_in_a_session; ++call)
            recorder.run([&] {
                auto request = receiver->receive(deadline);
                if (!request) return succeeded(request);
                BOOST_TEST(request->payload().size() <= *small.payload_bytes);
                touch(request->payload());
                fill(request->reply(), 1);
                if (recorder.random()() % 4 == 0) return true;  // dropped, so it is given back
                return succeeded(recorder.random()() % 4 == 0 ? request->failed("no")
                                                              : request->processed(std::size_t{50}));
            });
        recorder.run([&] { return receiver.reset(), true; });
    };
}

// ---- topic and latest value -----------------------------------------------------------------------------------------

constexpr std::size_t topic_bytes = 100, value_bytes = 100;
const TopicShape short_topic{.history = 3,
                             .payload_bytes = topic_bytes,
                             .loans = 3,
                             .pin_budget = 4,
                             .participants = 8,
                             .lifetime = Lifetime::persistent};

Session publishes(const std::string& name) {
    return [name](CallRecorder& recorder) {
        std::optional<Publisher> publisher;
        recorder.run([&] { return publisher.emplace(name), true; });
        for (int call = 0; publisher && call < calls_in_a_session; ++call)
            recorder.run([&] {
                auto loan = publisher->loan();
                if (!loan) return succeeded(loan);
                fill(loan->payload(), 7);
                return succeeded(publisher->publish(std::move(*loan)));
            });
        recorder.run([&] { return publisher.reset(), true; });
    };
}

Session subscribes(const std::string& name) {
    return [name](CallRecorder& recorder) {
        std::optional<Subscriber> subscriber;
        recorder.run([&] { return subscriber.emplace(name, SubscriberOptions{.pins = 2}), true; });
        for (int call = 0; subscriber && call < calls_in_a_session; ++call)
            recorder.run([&] {
                const auto message =
                    recorder.random()() % 2 == 0 ? subscriber->next(deadline) : subscriber->newest(deadline);
                if (!message) return succeeded(message);
                BOOST_TEST(message->payload().size() <= *short_topic.payload_bytes);
                touch(message->payload());
                return true;
            });
        recorder.run([&] { return subscriber.reset(), true; });
    };
}

Session copies(const std::string& name, bool read_only) {
    return [name, read_only](CallRecorder& recorder) {
        std::optional<Subscriber> subscriber;
        recorder.run(
            [&] { return subscriber.emplace(name, SubscriberOptions{.pins = 0, .read_only = read_only}), true; });
        std::array<std::byte, topic_bytes> buffer{};
        for (int call = 0; subscriber && call < calls_in_a_session; ++call)
            recorder.run([&] { return succeeded(subscriber->copy_next(buffer, deadline)); });
        recorder.run([&] { return subscriber.reset(), true; });
    };
}

const LatestShape value{.capacity_bytes = value_bytes, .participants = 4, .lifetime = Lifetime::persistent};

Session writes_and_reads(const std::string& name, bool read_only) {
    return [name, read_only](CallRecorder& recorder) {
        std::optional<LatestBytes> latest;
        recorder.run([&] { return latest.emplace(name, LatestOptions{.read_only = read_only}), true; });
        std::array<std::byte, value_bytes> buffer{};
        for (int call = 0; latest && call < calls_in_a_session; ++call)
            recorder.run([&] {
                if (!read_only && call % 2 == 0) return succeeded(latest->write(buffer));
                return succeeded(latest->wait_newer(buffer, deadline));
            });
        recorder.run([&] { return latest.reset(), true; });
    };
}

struct OnChannel {
    testing::UniqueName name{"corrupted"};
    std::optional<SegmentUnderTest> segment;
    std::vector<Session> sessions{asks(name.str()), sends(name.str()), receives(name.str(), WaitPolicy::balanced),
                                  receives(name.str(), WaitPolicy::sleep)};
    OnChannel() {
        { const Sender creator(name, small); }
        segment.emplace(name.str());
    }
};

struct OnTopic {
    testing::UniqueName name{"corrupted"};
    std::optional<SegmentUnderTest> segment;
    std::vector<Session> sessions{publishes(name.str()), publishes(name.str()), subscribes(name.str()),
                                  copies(name.str(), false), copies(name.str(), true)};
    OnTopic() {
        { const Publisher creator(name, short_topic); }
        segment.emplace(name.str());
    }
};

struct OnLatest {
    testing::UniqueName name{"corrupted"};
    std::optional<SegmentUnderTest> segment;
    std::vector<Session> sessions{writes_and_reads(name.str(), false), writes_and_reads(name.str(), false),
                                  writes_and_reads(name.str(), true)};
    OnLatest() {
        { const LatestBytes creator(name, value); }
        segment.emplace(name.str());
    }
};

}  // namespace corruption_test

BOOST_AUTO_TEST_SUITE(corruption_test)

/// The shape of a segment is taken from its header once.
BOOST_AUTO_TEST_CASE(a_header_that_turns_to_rubbish_after_attach_changes_nothing) {
    const auto spoil = [](const SegmentUnderTest& segment) {
        for (std::uint16_t word = 0; word < sizeof(detail::segment::SegmentHeader) / 8; ++word)
            segment.scribbler().apply({0, 0, word, 0xfefefefefefefefe});
    };
    const OnChannel channel;
    Sender sender(channel.name);
    Receiver receiver(channel.name);
    spoil(*channel.segment);
    for (std::uint32_t round = 0; round < 3 * *small.slot_count; ++round) {
        Pending pending = sender.request_async(sender.try_loan().value()).value();
        receiver.try_receive().value().processed(std::size_t{3}).value();
        BOOST_TEST(pending.wait(deadline).value().reply().size() == 3U);
    }
    BOOST_TEST(sender.state().free == *small.slot_count);

    const OnTopic topic;
    Publisher publisher(topic.name);
    Subscriber subscriber(topic.name);
    spoil(*topic.segment);
    for (int round = 0; round < 20; ++round) {
        publisher.publish(publisher.loan().value()).value();
        BOOST_TEST(subscriber.try_next().value().payload().size() == *short_topic.payload_bytes);
    }

    const OnLatest latest;
    LatestBytes handle(latest.name);
    spoil(*latest.segment);
    std::array<std::byte, value_bytes> buffer{};
    for (std::uint64_t round = 1; round < 20; ++round) {
        handle.write(buffer).value();
        BOOST_TEST(handle.read(buffer).value().sequence == round);
    }
}

BOOST_FIXTURE_TEST_CASE(a_channel_outlives_noise, OnChannel) {
    survive(*segment, sessions, noise());
}
BOOST_FIXTURE_TEST_CASE(a_topic_outlives_noise, OnTopic) {
    survive(*segment, sessions, noise());
}
BOOST_FIXTURE_TEST_CASE(a_latest_value_outlives_noise, OnLatest) {
    survive(*segment, sessions, noise());
}
BOOST_FIXTURE_TEST_CASE(waits_on_a_channel_end_though_somebody_hammers_on_its_conditions, OnChannel) {
    survive(*segment, sessions, hammer({16, 24, 32}));  // ready, freed, arrived
}
BOOST_FIXTURE_TEST_CASE(waits_on_a_topic_end_though_somebody_hammers_on_its_conditions, OnTopic) {
    survive(*segment, sessions, hammer({8, 16}));  // published, arrived
}

BOOST_AUTO_TEST_SUITE_END()
