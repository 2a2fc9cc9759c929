// send, recv, plan, clean, rm, and how the command line is refused.
#include "tool/tool.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

BOOST_AUTO_TEST_SUITE(acting_test)

using namespace tool_test;

BOOST_AUTO_TEST_CASE(lines_go_through_a_channel_from_one_shell_to_another) {
    const UniqueName name;
    Program receiving = tool({"recv", name.str(), "--lines", "--timeout", "10s"});
    output_of({"send", name.str(), "--lines"}, 0, "one\ntwo\n\nfour\n");
    BOOST_TEST(receiving.wait(soon).ok(), receiving.errors());
    BOOST_TEST(receiving.output() == "one\ntwo\n\nfour\n");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(all_of_stdin_is_one_message_and_an_answer_comes_back) {
    const UniqueName name;
    std::string bytes(100'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
    Child answering([&](Checkpoints&) {
        Receiver receiver(name, {.attach_timeout = soon});
        Request request = receiver.receive(soon).value();
        const std::string answer = std::to_string(request.payload().size());
        request.processed(std::as_bytes(std::span(answer))).value();
    });
    BOOST_TEST(output_of({"send", name.str(), "--request", "--timeout", "10s"}, 0, bytes) == "100000");
    answering.wait();
}

BOOST_AUTO_TEST_CASE(topics_and_latest_values_take_part_too) {
    const UniqueName topic, value;
    output_of({"send", topic.str(), "--kind", "topic", "--persistent", "--lines"}, 0, "a\nb\nc\n");
    BOOST_TEST(output_of({"recv", topic.str(), "--count", "1", "--timeout", "10s"}) == "c");
    output_of({"send", value.str(), "--kind", "latest", "--persistent"}, 0, "42");
    BOOST_TEST(output_of({"recv", value.str(), "--count", "1", "--timeout", "10s"}) == "42");
    for (const auto* name : {&topic, &value}) words_of({"rm", name->str()}, 0);
}

BOOST_AUTO_TEST_CASE(send_sends_at_a_rate_and_as_often_as_it_is_told) {
    const UniqueName name("rate");
    Subscriber subscriber(name, {.history = 64, .payload_bytes = 64});
    struct Row {
        std::vector<std::string> options;
        std::vector<std::string> expected;
        std::chrono::milliseconds least;
    };
    const std::vector<Row> rows{
        {{"--rate", "10", "--count", "5"}, {"a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n"}, 400ms},
        {{"--count", "2"}, {"a\nb\nc\n", "a\nb\nc\n"}, 0ms},
        {{"--rate", "10", "--lines"}, {"a", "b", "c"}, 200ms},
        {{"--count", "2", "--lines"}, {"a", "b"}, 0ms}};
    for (const Row& row : rows) {
        std::vector<std::string> arguments{"send", name.str()};
        arguments.insert(arguments.end(), row.options.begin(), row.options.end());
        const auto begin = std::chrono::steady_clock::now();
        TOOL_TEST_CONTAINS(words_of(arguments, 0, "a\nb\nc\n"), std::to_string(row.expected.size()) + " messages sent");
        std::vector<std::string> came;
        std::vector<std::chrono::steady_clock::time_point> when;
        while (const auto message = subscriber.next(Deadline::now())) {
            came.emplace_back(reinterpret_cast<const char*>(message->payload().data()), message->payload().size());
            when.push_back(message->published_at());
        }
        BOOST_TEST(came == row.expected, boost::test_tools::per_element());
        BOOST_TEST_REQUIRE(!when.empty());
        BOOST_TEST((when.back() - begin >= row.least));  // not from the first one on, which may be late
    }
    Program endless = tool({"send", name.str(), "--rate", "100"}, "again");
    for (int i = 0; i < 10; ++i) BOOST_TEST_REQUIRE(subscriber.next(soon).has_value());
    endless.signal(SIGINT);
    BOOST_TEST(endless.wait(soon).code == 0);
    for (const std::string option : {"--rate", "--count"})
        TOOL_TEST_CONTAINS(words_of({"send", name.str(), option, "0"}, 2, "x"), option);
}

BOOST_AUTO_TEST_CASE(who_waits_in_vain_ends_with_the_code_for_that) {
    const UniqueName name;
    const Sender sender(name, small_channel());
    TOOL_TEST_CONTAINS(words_of({"recv", name.str(), "--timeout", "20ms"}, 4), "nothing came");
    TOOL_TEST_CONTAINS(words_of({"recv", "no-such-segment-anywhere"}, 3), "there is no");
    TOOL_TEST_CONTAINS(words_of({"send", name.str(), "--request", "--timeout", "20ms"}, 4, "ask"),
                       "not processed in time");
    TOOL_TEST_CONTAINS(words_of({"send", name.str()}, 1, std::string(2000, 'x')), "1000");
}

BOOST_AUTO_TEST_CASE(a_plan_says_what_it_takes) {
    const ChannelShape shape{.payload_bytes = 1920 * 1080 * 3};
    const std::string needed = std::to_string(inspect::segment_bytes(shape).value());
    const std::string text = output_of({"plan", "1920x1080x3", "--slots", "8"});
    TOOL_TEST_CONTAINS(text, needed);
    TOOL_TEST_CONTAINS(text, "--shm-size=128m");
    TOOL_TEST_CONTAINS(output_of({"plan", "1920x1080x3", "--json"}), "\"payload_bytes\": 6220800");
    TOOL_TEST_CONTAINS(words_of({"plan", "many"}, 2), "'many'");
    TOOL_TEST_CONTAINS(words_of({"plan", "1920x1080x99"}, 2), "neither a size nor a picture");
    TOOL_TEST_CONTAINS(output_of({"plan", "8G", "--slots", "1000"}), "it does not fit now");
}

BOOST_AUTO_TEST_CASE(clean_recovers_and_removes_and_says_why_the_rest_stays) {
    const UniqueName base;
    const std::string topic = base.str() + "-topic", channel = base.str() + "-channel";
    Child child([&](Checkpoints& checkpoints) {
        Publisher publisher(topic, small_topic());
        publish(publisher, "x");
        Sender sender(channel, small_channel());
        send(sender, "unread");
        checkpoints.stop_at("sent");
    });
    child.wait_for("sent");
    TOOL_TEST_CONTAINS(output_of({"clean", base.str() + "*"}), topic + ": stays: in use by");
    child.kill();
    const std::string plan = output_of({"clean", "--dry-run", base.str() + "*"});
    TOOL_TEST_CONTAINS(plan, topic + ": would recover 1 dead participant, would be removed");
    BOOST_TEST(inspect::find(base.str() + "*").size() == 2U);
    const std::string did = output_of({"clean", base.str() + "*"});
    TOOL_TEST_CONTAINS(did, topic + ": recovered 1 dead participant, removed");
    BOOST_TEST(contains(did, channel + ": recovered 1 dead participant; stays: it holds 1 unread"), did);
    BOOST_TEST(output_of({"recv", channel, "--timeout", "10s"}) == "unread");
    BOOST_TEST(inspect::find(base.str() + "*").empty());
    TOOL_TEST_CONTAINS(words_of({"clean", topic}, 3), "there is no");
}

BOOST_AUTO_TEST_CASE(rm_refuses_what_is_in_use) {
    const UniqueName name;
    const Sender sender(name, small_channel());
    TOOL_TEST_CONTAINS(words_of({"rm", name.str()}, 1), "in use by");
    BOOST_TEST(!name.left_behind().empty());
    words_of({"rm", "--force", name.str()}, 0);
    BOOST_TEST(name.left_behind().empty());
    TOOL_TEST_CONTAINS(words_of({"rm", name.str()}, 3), "there is no");
}

BOOST_AUTO_TEST_CASE(words_that_make_no_sense_are_refused_with_a_sentence) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> slips{
        {{"lss"}, "there is no verb 'lss'; did you mean 'ls'?"},
        {{"sned", "x"}, "did you mean 'send'?"},
        {{"Info", "x"}, "did you mean 'info'?"},
        {{"help", "recrod"}, "did you mean 'record'?"},
        {{"list"}, "did you mean 'ls'?"},
        {{"delay", "x"}, "did you mean 'lat'?"},
        {{"ls", "--jsn"}, "did you mean '--json'?"},
        {{"hz", "x", "--durations=1s"}, "did you mean '--duration'?"},
    };
    for (const auto& [words, meant] : slips) TOOL_TEST_CONTAINS(words_of(words, 2), meant);
    BOOST_TEST(!contains(words_of({"frobnicate"}, 2), "did you mean"));
    BOOST_TEST(!contains(words_of({"ls", "--interval"}, 2), "did you mean"));
    BOOST_TEST(output_of({"-h"}) == output_of({"--help"}));
    BOOST_TEST(output_of({"ls", "-h"}) == output_of({"ls", "--help"}));
    TOOL_TEST_CONTAINS(words_of({"info"}, 2), "handoff info NAME");
    TOOL_TEST_CONTAINS(words_of({"ls", "--colour"}, 2), "--colour");
    TOOL_TEST_CONTAINS(words_of({"ls", "--interval", "soon"}, 2), "--interval");
    TOOL_TEST_CONTAINS(words_of({"echo", "x", "--payload", "base64"}, 2), "none of none, hex, text");
    TOOL_TEST_CONTAINS(words_of({"info", "a/b"}, 2), "not allowed");
    TOOL_TEST_CONTAINS(words_of({"send", "x", "--kind", "queue"}, 2, "x"), "none of channel, topic, latest");
    TOOL_TEST_CONTAINS(output_of({"--help"}), "every participant, every slot");
    for (const char* verb :
         {"ls",     "info", "ps",     "top",  "echo",   "hz",    "bw", "lat",     "snap",       "send", "recv",
          "record", "play", "repair", "plan", "doctor", "clean", "rm", "metrics", "completion", "man"}) {
        TOOL_TEST_CONTAINS(output_of({verb, "--help"}), "--help");
        BOOST_TEST(output_of({"help", verb}) == output_of({verb, "--help"}));
    }
}

BOOST_AUTO_TEST_SUITE_END()
