// ls, info, doctor, hz, bw, lat, echo: the tool's output is correct, and it disturbs no participant.
#include "tool/other_user.hpp"
#include "tool/tool.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <fstream>
#include <map>
#include <sstream>

#include <unistd.h>

namespace looking_test {

using namespace tool_test;
using nlohmann::json;

std::vector<json> lines_of(const std::string& text) {
    std::vector<json> objects;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) objects.push_back(json::parse(line));
    return objects;
}

std::map<std::string, json> listed(const std::string& glob) {
    std::map<std::string, json> by_name;
    for (const json& object : lines_of(output_of({"ls", glob, "--json", "--interval", "1ms"})))
        by_name[object.at("name")] = object;
    return by_name;
}

/// Three, from cam0 to cam2, each a line higher than the one before; and a message that is none.
void publish_images(Publisher& publisher) {
    for (int i = 0; i < 3; ++i) {
        Loan loan = filled(publisher.loan().value(), std::string(4 * (i + 1), 'x'));
        Image image = Image::of(4, static_cast<std::uint32_t>(i + 1), Encoding::mono8);
        image.set_frame_id("cam" + std::to_string(i));
        loan.describe(image).value();
        (void)publisher.publish(std::move(loan)).value();
    }
    publish(publisher, "no image");
}

/// Removes every segment whose name begins so, in any state.
struct Sweeper {
    std::string base;
    ~Sweeper() {
        for (const auto& file : inspect::find(base + "-*")) (void)inspect::remove(file.name, true);
    }
};

/// A scene on three segments and a file that is none. A receiver is stopped with a message in its hands, another is
/// dead with one; the sender lives and waits; a subscriber has lost four of ten.
struct Scene {
    UniqueName base;
    const Sweeper sweeper{base.str()};
    std::string channel = base.str() + "-channel";
    std::string topic = base.str() + "-topic";
    std::string value = base.str() + "-value";
    std::string garbage = base.str() + "-garbage";
    std::string garbage_path = "/dev/shm/handoff." + garbage;

    Sender sender{channel, small_channel()};
    Child stopped{taker()};
    Child dead{taker()};
    Publisher publisher{topic, small_topic()};
    Subscriber subscriber{topic};
    LatestBytes latest{value, {.capacity_bytes = 100, .participants = 4}};

    Scene() {
        for (int i = 0; i < 2; ++i) send(sender, "message");
        for (Child* child : {&stopped, &dead}) child->wait_for("taken");
        send(sender, "unread");
        BOOST_TEST_REQUIRE(kill(stopped.pid(), SIGSTOP) == 0);
        dead.kill();
        for (int i = 0; i < 8; ++i) publish(publisher, std::string(10, 'x'));
        (void)subscriber.next(soon).value();
        (void)latest.write(std::vector<std::byte>(7)).value();
        std::ofstream(garbage_path) << std::string(5000, '.');
        HANDOFF_REQUIRE_EVENTUALLY(life_of(stopped.pid()) == inspect::Life::stopped);
    }

    Child::Function taker() const {
        return [name = channel](Checkpoints& checkpoints) {
            Receiver receiver(name);
            const Request request = receiver.receive(soon).value();
            checkpoints.stop_at("taken");
        };
    }
    inspect::Life life_of(int pid) const {
        for (const auto& one : inspect::Observer(channel).report().participants)
            if (one.pid == static_cast<std::uint32_t>(pid)) return one.life;
        throw std::runtime_error("no such participant");
    }
};

/// Publishes without an end, "message N" as the Nth.
Child::Function publishing(const std::string& name) {
    return [name](Checkpoints& checkpoints) {
        Publisher publisher(name, small_topic());
        checkpoints.reach("open");
        for (std::uint64_t i = 1;; ++i) {
            publish(publisher, "message " + std::to_string(i));
            usleep(2000);
        }
    };
}

}  // namespace looking_test

BOOST_AUTO_TEST_SUITE(looking_test)

BOOST_FIXTURE_TEST_CASE(ls_tells_of_every_segment_what_is_so, Scene) {
    auto all = listed(base.str() + "*");
    BOOST_TEST_REQUIRE(all.size() == 4U);
    const json& one = all[channel];
    BOOST_TEST(one.at("schema") == "handoff/2");
    BOOST_TEST(one.at("kind") == "channel");
    BOOST_TEST(one.at("slots").at("count").get<int>() == 4);
    BOOST_TEST(one.at("participants").at("alive").get<int>() == 1);
    BOOST_TEST(one.at("participants").at("stopped").get<int>() == 1);
    BOOST_TEST(one.at("participants").at("dead").get<int>() == 1);
    BOOST_TEST(all[topic].at("published").get<int>() == 8);
    BOOST_TEST(all[topic].at("lost").get<int>() == 4);
    BOOST_TEST(all[value].at("kind") == "latest");
    BOOST_TEST(all[garbage].at("problem").at("code") == "not_a_segment");

    const std::string table = output_of({"ls", base.str() + "*", "--interval", "1ms"});
    for (const char* words :
         {"1 sender, 2 receivers (1 stopped, 1 dead)", "3/4", "1 publisher, 1 subscriber", "latest", "not_a_segment"})
        TOOL_TEST_CONTAINS(table, words);
    BOOST_TEST(output_of({"ls", "--names", base.str() + "-[ct]*"}) == channel + "\n" + topic + "\n");
}

BOOST_FIXTURE_TEST_CASE(info_tells_who_holds_what_and_what_to_do, Scene) {
    const std::string text = output_of({"info", channel});
    const std::string stopped_pid = std::to_string(stopped.pid()), dead_pid = std::to_string(dead.pid());
    for (const std::string& words : std::vector<std::string>{
             "4 slots of 1000 bytes and 100 bytes for the answer", "1 free",
             "is stopped (by a signal or a debugger) and holds 1 slot", "`kill -CONT " + stopped_pid + "`",
             "(pid " + dead_pid + ") is dead and holds 1 slot", "`handoff clean " + channel + "`"})
        TOOL_TEST_CONTAINS(text, words);
    const auto objects = lines_of(output_of({"info", channel, "--json", "--interval", "1ms"}));
    BOOST_TEST_REQUIRE(objects.size() == 1U);
    std::map<std::string, int> states;
    for (const json& slot : objects[0].at("slot_list")) ++states[slot.at("state")];
    BOOST_TEST(states["taken"] == 2);
    BOOST_TEST(states["ready"] == 1);
    TOOL_TEST_CONTAINS(output_of({"info", topic}), "lost 4 messages of 5");
    TOOL_TEST_CONTAINS(words_of({"info", garbage}, 1), "is not a segment of handoff");
    TOOL_TEST_CONTAINS(words_of({"info", "no-such-segment-anywhere"}, 3), "there is no 'no-such-segment-anywhere'");
}

BOOST_FIXTURE_TEST_CASE(doctor_finds_the_dead_the_stopped_and_the_garbage, Scene) {
    const std::string text = output_of({"doctor"}, 1);
    for (const std::string& words : {"(pid " + std::to_string(dead.pid()) + ") is dead", "[bad] " + garbage,
                                     std::string("shared memory: /dev/shm has"), std::string("clock source is")})
        TOOL_TEST_CONTAINS(text, words);
    for (const json& check : lines_of(output_of({"doctor", "--json"}, 1)))
        BOOST_TEST((check.at("verdict") == "good" || check.at("verdict") == "note" || check.at("verdict") == "bad"));
}

BOOST_FIXTURE_TEST_CASE(another_user_is_told_which_right_is_missing, Scene,
                        *boost::unit_test::precondition(needs_a_tool_for_other_users)) {
    handoff::testing::run_in_child([&](Checkpoints&) {
        BOOST_TEST_REQUIRE(become_another_user());
        const std::string words = words_of({"info", channel}, 6);
        TOOL_TEST_CONTAINS(words, "mode 0600");
        TOOL_TEST_CONTAINS(words, "you are uid 65534");
        TOOL_TEST_CONTAINS(output_of({"ls", base.str() + "*"}), "permission_denied");
    });
}

BOOST_AUTO_TEST_CASE(echo_prints_each_message_that_passes) {
    const UniqueName name;
    Child child(publishing(name.str()));
    child.wait_for("open");
    std::uint64_t before = 0;
    for (const json& message : lines_of(output_of({"echo", name.str(), "--count", "5", "--payload", "text"}))) {
        const auto sequence = message.at("sequence").get<std::uint64_t>();
        BOOST_TEST(message.at("payload") == "message " + std::to_string(sequence));
        if (before != 0) BOOST_TEST(sequence == before + 1 + message.at("lost").get<std::uint64_t>());
        before = sequence;
    }
    const auto hex = lines_of(output_of({"echo", name.str(), "--count", "1", "--payload", "hex"}));
    BOOST_TEST(hex.at(0).at("payload").get<std::string>().substr(0, 16) == "6d65737361676520");
    child.kill();
    inspect::clean(name.str()).value();
}

BOOST_AUTO_TEST_CASE(echo_shows_the_image_that_fits_the_filter) {
    const UniqueName name;
    Publisher publisher(name, small_topic());
    const std::vector<std::pair<std::vector<std::string>, std::string>> rows{
        {{"--filter", "frame_id=cam1"}, "cam1"},
        {{"--filter", "frame_id=cam[12]", "--filter", "height=3"}, "cam2"},
        {{"--filter", "payload_bytes=8", "--payload", "text", "--filter", "payload=x*"}, "cam1"},
        {{"--filter", "capture_time_ns=0", "--filter", "width=4", "--filter", "height=1"}, "cam0"},
    };
    for (const auto& [filter, fits] : rows) {
        std::vector<std::string> words{"echo", name.str(), "--once", "--timeout", "20s"};
        words.insert(words.end(), filter.begin(), filter.end());
        Program echo = tool(words);
        HANDOFF_REQUIRE_EVENTUALLY((publish_images(publisher), echo.ends_within(5ms)));
        BOOST_TEST(lines_of(echo.output()).at(0).at("frame_id") == fits);
    }
}

BOOST_AUTO_TEST_CASE(echo_shows_the_array_that_fits_the_filter) {
    const UniqueName name;
    Publisher publisher(name, small_topic());
    Program array = tool({"echo", name.str(), "--once", "--filter", "dtype=float*", "--filter", "shape=2x6"});
    const auto publish_arrays = [&] {
        for (std::uint32_t i = 0; i < 3; ++i) {
            Loan loan = publisher.loan().value();
            loan.describe(handoff::Array::of<float>({i, 6}).value()).value();
            (void)publisher.publish(std::move(loan)).value();
        }
        publish(publisher, "no array");
    };
    HANDOFF_REQUIRE_EVENTUALLY((publish_arrays(), array.ends_within(5ms)));
    BOOST_TEST(lines_of(array.output()).at(0).at("shape") == json({2, 6}));
    BOOST_TEST(lines_of(array.output()).at(0).at("payload_bytes") == 48);
}

BOOST_AUTO_TEST_CASE(echo_tells_that_nothing_fits_and_what_is_no_filter) {
    const UniqueName name;
    Publisher publisher(name, small_topic());
    Program none = tool({"echo", name.str(), "--timeout", "200ms", "--filter", "encoding=bgr8"});
    HANDOFF_REQUIRE_EVENTUALLY((publish_images(publisher), none.ends_within(5ms)));
    BOOST_TEST(none.wait(soon).code == 4);
    TOOL_TEST_CONTAINS(none.errors(), "no message that fits passed in '" + name.str() + "'");
    BOOST_TEST(none.output() == "");
    TOOL_TEST_CONTAINS(words_of({"echo", name.str(), "--filter", "widht=4"}, 2), "did you mean 'width'?");
    TOOL_TEST_CONTAINS(words_of({"echo", name.str(), "--filter", "width"}, 2), "has no '='");
    TOOL_TEST_CONTAINS(words_of({"echo", name.str(), "--filter", "payload=x"}, 2), "--payload text");
}

BOOST_AUTO_TEST_CASE(echo_ends_after_one_message_or_after_silence) {
    const UniqueName name;
    const Publisher publisher(name, small_topic());
    const std::string words = words_of({"echo", name.str(), "--timeout", "50ms"}, 4);
    TOOL_TEST_CONTAINS(words, "no message passed in '" + name.str() + "' for 50");
    TOOL_TEST_CONTAINS(words, "handoff info " + name.str());
    Child child(publishing(name.str()));
    child.wait_for("open");
    BOOST_TEST(lines_of(output_of({"echo", name.str(), "--once", "--timeout", "10s"})).size() == 1U);
    child.kill();
}

BOOST_AUTO_TEST_CASE(echo_of_a_channel_shows_what_is_written_beside_the_bytes) {
    const UniqueName name;
    Sender sender(name, small_channel());
    Receiver receiver(name);
    Program echo = tool({"echo", name.str(), "--count", "2"});
    std::uint64_t sent = 0;
    while (!echo.ends_within(5ms)) {
        send(sender, "abc");
        ++sent;
        (void)handoff::testing::eventually([&] { return echo.ends_within(2ms) || true; });
        receiver.receive(soon).value().processed().value();
        BOOST_TEST_REQUIRE(sent < 5000U);
    }
    for (const json& message : lines_of(echo.output())) {
        BOOST_TEST(message.at("sender").get<std::uint64_t>() == sender.id().value);
        BOOST_TEST(message.at("payload_bytes").get<int>() == 3);
        BOOST_TEST(message.at("sequence").get<std::uint64_t>() <= sent);
    }
}

BOOST_AUTO_TEST_CASE(rates_add_up_to_what_was_published) {
    const UniqueName name;
    Child child(publishing(name.str()));
    child.wait_for("open");
    const inspect::Observer observer(name);
    const std::uint64_t before = observer.report().newest;
    double messages = 0;
    for (const json& line :
         lines_of(output_of({"hz", name.str(), "--duration", "300ms", "--interval", "100ms", "--json"})))
        messages += line.at("messages_per_second").get<double>() * line.at("seconds").get<double>();
    const std::uint64_t after = observer.report().newest;
    BOOST_TEST(messages > 0);
    BOOST_TEST(messages <= static_cast<double>(after - before) + 0.5);
    const auto bandwidth = lines_of(output_of({"bw", name.str(), "--duration", "100ms", "--json"}));
    BOOST_TEST(bandwidth.at(0).at("bytes_per_second").get<double>() > 0);
    Program endless = tool({"hz", name.str(), "--interval", "10ms"});
    endless.wait_for_output("messages/s");
    endless.signal(SIGINT);
    BOOST_TEST(endless.wait(soon).ok());
    TOOL_TEST_CONTAINS(endless.errors(), "messages/s");
    child.kill();
    inspect::clean(name.str()).value();
}

BOOST_AUTO_TEST_CASE(rates_of_all_that_fit_a_pattern_have_a_line_each) {
    const UniqueName base;
    const Sweeper sweeper{base.str()};
    const std::string first = base.str() + "-a", second = base.str() + "-longer", pattern = base.str() + "-*";
    Child busy(publishing(first));
    busy.wait_for("open");
    const Publisher idle(second, small_topic());
    for (const char* verb : {"hz", "bw", "lat"}) {
        std::map<std::string, int> lines;
        for (const json& line :
             lines_of(output_of({verb, pattern, "--interval", "20ms", "--duration", "100ms", "--json"})))
            ++lines[line.at("segment")];
        BOOST_TEST(lines.size() == 2U, verb);
        BOOST_TEST(lines[first] == lines[second]);
    }
    Program hz = tool({"hz", pattern, "--interval", "20ms", "--duration", "60ms"});
    BOOST_TEST(hz.wait(soon).ok());
    TOOL_TEST_CONTAINS(hz.output(), "\n" + second + "  0.00 messages/s\n");
    TOOL_TEST_CONTAINS(hz.output(), first + "       ");  // in columns
    TOOL_TEST_CONTAINS(hz.errors(), first + ": in 0.");
    TOOL_TEST_CONTAINS(hz.errors(), second + ": in 0.");
    Program early = tool({"hz", base.str() + "_later*", "--interval", "10ms"});
    early.wait_for_errors("no segment fits yet");
    const Publisher late(base.str() + "_later", small_topic());
    early.wait_for_output("_later  0.00 messages/s");
    early.signal(SIGINT);
    BOOST_TEST(early.wait(soon).ok());
    busy.kill();
}

BOOST_FIXTURE_TEST_CASE(ps_tells_of_every_process_what_it_holds_where, Scene) {
    std::map<std::pair<std::string, int>, json> parts;
    for (const json& part : lines_of(output_of({"ps", base.str() + "*", "--json"})))
        parts[{part.at("segment").get<std::string>() + " " + part.at("role").get<std::string>(), part.at("pid")}] =
            part;
    BOOST_TEST_REQUIRE(parts.size() == 6U);
    const json held = parts[{channel + " receiver", stopped.pid()}];
    BOOST_TEST(held.at("life") == "stopped");
    BOOST_TEST(held.at("slots") == 1);
    BOOST_TEST(std::stoull(held.at("held_for_ns").get<std::string>()) > 0U);
    BOOST_TEST(parts[std::pair(channel + " receiver", dead.pid())].at("life") == "dead");
    for (const std::string& place :
         {channel + " sender", topic + " publisher", topic + " subscriber", value + " writer"})
        BOOST_TEST(parts[std::pair(place, getpid())].at("life") == "alive", place);
    Program table = tool({"ps", base.str() + "*"});
    BOOST_TEST(table.wait(soon).ok());
    TOOL_TEST_CONTAINS(table.output(), "PID  USER");
    TOOL_TEST_CONTAINS(table.errors(), "is not a segment of handoff");
    TOOL_TEST_CONTAINS(words_of({"ps", channel + "x"}, 3), "did you mean '" + channel + "'?");
    TOOL_TEST_CONTAINS(words_of({"ps", "no-such-*-anywhere"}, 0), "no process takes part");
}

BOOST_AUTO_TEST_CASE(latencies_come_from_what_was_taken_in_between) {
    const UniqueName name;
    Sender sender(name, small_channel());
    Receiver receiver(name);
    Program lat = tool({"lat", name.str(), "--interval", "50ms", "--json"});
    const auto round_trip = [&] {
        auto pending = sender.request_async(filled(sender.loan(soon).value(), "ask")).value();
        receiver.receive(soon).value().processed().value();
        (void)pending.wait(soon).value();
    };
    HANDOFF_CHECK_EVENTUALLY((round_trip(), contains(lat.output(), "round_trip_p50_ns")));
    lat.signal(SIGINT);
    BOOST_TEST(lat.wait(soon).ok());
    std::uint64_t counted = 0;
    for (const json& line : lines_of(lat.output()))
        if (line.contains("work_count")) {
            counted += line.at("work_count").get<std::uint64_t>();
            BOOST_TEST(line.at("round_trip_p50_ns").get<double>() >= line.at("work_p50_ns").get<double>() * 0.8);
        }
    BOOST_TEST(counted > 0U);
    BOOST_TEST(counted <= inspect::Observer(name).report().participants.at(1).finished);
}

BOOST_AUTO_TEST_CASE(whoever_looks_may_be_killed_and_nobody_notices) {
    const UniqueName name;
    {
        Publisher publisher(name, small_topic());
        publish(publisher, "first");
        std::vector<Program> looking;
        for (const auto& arguments : std::vector<std::vector<std::string>>{{"echo", name.str()},
                                                                           {"hz", name.str(), "--interval", "1ms"},
                                                                           {"lat", name.str()},
                                                                           {"bw", name.str(), "--interval", "1ms"}})
            looking.push_back(tool(arguments));
        looking[1].wait_for_output("messages/s");
        looking[3].wait_for_output("messages/s");
        const auto echoed = [&] {
            publish(publisher, "again");
            return contains(looking[0].output(), "sequence");
        };
        HANDOFF_CHECK_EVENTUALLY(echoed());
        BOOST_TEST(inspect::Observer(name).report().participants.size() == 1U);
        for (Program& program : looking) program.kill();
        const auto report = inspect::Observer(name).report();
        BOOST_TEST(report.participants.size() == 1U);
        for (const auto& slot : report.slot_list) BOOST_TEST(slot.pinned_by.empty());
    }
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
