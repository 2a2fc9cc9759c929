#include "tool/monitor.hpp"

#include "looks.hpp"

#include <handoff/channel.hpp>
#include <handoff/testing.hpp>
#include <handoff/topic.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

BOOST_AUTO_TEST_SUITE(monitor)

using namespace std::chrono_literals;
using handoff::apps::tool::look_twice;
using handoff::apps::tool::Monitor;
using handoff::apps::tool::traffic_between;
using handoff::inspect::Kind;
using handoff::inspect::Role;
using handoff::testing::UniqueName;
using tool_test::participant;

BOOST_AUTO_TEST_CASE(messages_of_a_channel_are_what_each_sender_sent_in_between) {
    const auto earlier = tool_test::report(
        "c", Kind::channel, {participant(1, Role::sender, 100, 1000), participant(2, Role::receiver, 90, 900)});
    const auto later =
        tool_test::report("c", Kind::channel,
                          {participant(2, Role::receiver, 190, 1900), participant(1, Role::sender, 150, 1500),
                           participant(3, Role::sender, 10, 100)});
    const auto traffic = traffic_between(earlier, later, 2);
    BOOST_TEST(traffic.seconds == 2);
    BOOST_TEST(traffic.messages_per_second == 30);  // 50 of the first, 10 of the one that came
    BOOST_TEST(traffic.bytes_per_second == 300);
}

BOOST_AUTO_TEST_CASE(messages_of_a_topic_are_counted_also_if_their_publisher_left) {
    auto earlier = tool_test::report("t", Kind::topic, {participant(1, Role::publisher, 40, 400)});
    auto later = tool_test::report("t", Kind::topic, {participant(2, Role::subscriber, 40, 400)});
    earlier.newest = 40;
    later.newest = 100;
    later.participants[0].lost = 7;
    const auto traffic = traffic_between(earlier, later, 0.5);
    BOOST_TEST(traffic.messages_per_second == 120);
    BOOST_TEST(traffic.lost == 7);
}

BOOST_AUTO_TEST_CASE(delays_of_takers_work_and_round_trips_are_told_apart) {
    auto earlier =
        tool_test::report("c", Kind::channel, {participant(1, Role::sender), participant(2, Role::receiver)});
    auto later = earlier;
    earlier.participants[1].delay.counts[3] = 5;
    later.participants[0].delay.counts[9] = 2;
    later.participants[1].delay.counts[3] = 8;
    later.participants[1].work.counts[4] = 1;
    const auto traffic = traffic_between(earlier, later, 1);
    BOOST_TEST(traffic.round_trip.count() == 2);
    BOOST_TEST(traffic.delay.count() == 3);
    BOOST_TEST(traffic.delay.counts[3] == 3);
    BOOST_TEST(traffic.work.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_counter_that_goes_backwards_and_no_time_at_all_tell_nothing) {
    const auto earlier = tool_test::report("c", Kind::channel, {participant(1, Role::sender, 100, 1000)});
    const auto later = tool_test::report("c", Kind::channel, {participant(1, Role::sender, 10, 100)});
    BOOST_TEST(traffic_between(earlier, later, 1).messages_per_second == 0);
    BOOST_TEST(traffic_between(later, earlier, 0).messages_per_second == 0);
}

BOOST_AUTO_TEST_CASE(what_appears_is_seen_and_what_disappears_is_let_go) {
    const UniqueName name("watch");
    Monitor monitor(name.str() + "*");
    BOOST_TEST(monitor.look().empty());
    {
        handoff::Publisher publisher(name, {.payload_bytes = 64});
        auto looks = monitor.look();
        BOOST_REQUIRE_EQUAL(looks.size(), 1U);
        BOOST_TEST(looks[0].file.name == name.str());
        BOOST_REQUIRE(looks[0].report.has_value());
        BOOST_TEST(!looks[0].traffic.has_value());
        for (int i = 0; i < 5; ++i) publisher.publish(publisher.loan().value()).value();
        looks = monitor.look();
        BOOST_REQUIRE(looks.size() == 1 && looks[0].traffic.has_value());
        BOOST_TEST(looks[0].traffic->messages_per_second * looks[0].traffic->seconds == 5,
                   boost::test_tools::tolerance(1e-9));
    }
    BOOST_TEST(monitor.look().empty());
}

BOOST_AUTO_TEST_CASE(there_is_no_traffic_between_a_segment_and_its_successor_of_the_same_name) {
    const UniqueName name("successor");
    Monitor monitor(name.str());
    std::optional<handoff::Publisher> publisher;
    publisher.emplace(name, handoff::TopicShape{.payload_bytes = 64});
    publisher->publish(publisher->loan().value()).value();
    BOOST_TEST(monitor.look().at(0).report->newest == 1U);
    publisher.reset();
    publisher.emplace(name, handoff::TopicShape{.payload_bytes = 128});
    for (int i = 0; i < 3; ++i) publisher->publish(publisher->loan().value()).value();
    const auto looks = monitor.look();
    BOOST_REQUIRE(looks.size() == 1 && looks[0].report.has_value());
    BOOST_TEST(looks[0].report->payload_bytes == 128U);
    BOOST_TEST(looks[0].report->newest == 3U);
    BOOST_TEST(!looks[0].traffic.has_value());
}

BOOST_AUTO_TEST_CASE(garbage_is_a_problem_of_its_own_and_hides_nothing_else) {
    const UniqueName name("garbage");
    const UniqueName other("garbage");
    handoff::Publisher publisher(other, {.payload_bytes = 64});
    std::ofstream("/dev/shm/handoff." + name.str()) << std::string(5000, 'x');
    Monitor monitor("*");
    int seen = 0;
    for (const auto& look : monitor.look()) {
        if (look.file.name == name.str()) {
            ++seen;
            BOOST_TEST(!look.report.has_value());
            BOOST_REQUIRE(look.problem.has_value());
            BOOST_TEST(*look.problem == handoff::Errc::not_a_segment);
        }
        if (look.file.name == other.str()) {
            ++seen;
            BOOST_TEST(look.report.has_value());
        }
    }
    BOOST_TEST(seen == 2);
}

BOOST_AUTO_TEST_CASE(two_looks_tell_the_traffic_in_between) {
    const UniqueName name("twice");
    handoff::testing::Child busy([&](handoff::testing::Checkpoints& checkpoints) {
        handoff::Publisher publisher(name, {.payload_bytes = 64});
        checkpoints.reach("there");
        for (;;) publisher.publish(publisher.loan().value()).value();
    });
    busy.wait_for("there");
    const auto looks = look_twice(name.str(), 50ms);
    busy.kill();
    BOOST_REQUIRE(looks.size() == 1 && looks[0].traffic.has_value());
    BOOST_TEST(looks[0].traffic->seconds >= 0.05);
    BOOST_TEST(looks[0].traffic->messages_per_second > 0);
}

BOOST_AUTO_TEST_SUITE_END()
