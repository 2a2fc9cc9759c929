#include "tool/metrics/exposition.hpp"
#include "tool/metrics/server.hpp"
#include "tool/metrics/totals.hpp"

#include "cli/arguments.hpp"
#include "exposition.hpp"
#include "looks.hpp"
#include "socket.hpp"

#include <handoff/channel.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <csignal>
#include <deque>
#include <map>
#include <string>

namespace metrics {

using namespace std::chrono_literals;
using handoff::apps::UsageError;
using handoff::apps::tool::escaped_label;
using handoff::apps::tool::Look;
using handoff::apps::tool::parse_address;
using handoff::apps::tool::ServerLimits;
using handoff::apps::tool::Totals;
using handoff::inspect::Kind;
using handoff::inspect::LatencyHistogram;
using handoff::inspect::Role;
using handoff::inspect::SlotState;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::Program;
using handoff::testing::UniqueName;
using tool_test::ask;
using tool_test::Connection;
using tool_test::Exposition;
using tool_test::participant;

const std::string tool = HANDOFF_BIN_DIR "/handoff";

/// The metrics of a first request.
std::string exposition_of(const std::vector<Look>& looks, bool with_participants = false) {
    Totals totals;
    totals.add(looks);
    return handoff::apps::tool::exposition_of(looks, totals, with_participants);
}

/// serve() in a process of its own, at a free port of the loopback.
class Served {
public:
    explicit Served(const ServerLimits& limits, const std::string& page = "handoff_up 1\n")
        : child_([=](Checkpoints& checkpoints) {
              handoff::apps::tool::serve(
                  parse_address("0"), limits, [&] { return page; },
                  [&](const auto& address) { checkpoints.report(std::to_string(address.port)); });
          }),
          port_(static_cast<std::uint16_t>(std::stoi(child_.next_line()))) {}
    ~Served() { child_.kill(); }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    std::uint16_t port() const { return port_; }

private:
    Child child_;
    std::uint16_t port_;
};

std::string get(const std::string& target, const std::string& method = "GET") {
    return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
}

}  // namespace metrics

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(every_number_of_a_segment_is_there_once) {
    auto report = tool_test::report("frames", Kind::channel,
                                    {participant(1, Role::sender, 7, 700), participant(2, Role::receiver, 5, 500)},
                                    {tool_test::slot(0, SlotState::ready), tool_test::slot(1, SlotState::free)});
    report.redelivered = 3;
    report.newest_age = 250ms;
    report.participants[1].life = handoff::inspect::Life::dead;
    auto topic = tool_test::report("t", Kind::topic, {participant(1, Role::subscriber)});
    topic.newest = 12;
    topic.participants[0].lost = 9;
    const Exposition page(exposition_of({tool_test::look(report), tool_test::look(topic)}));
    BOOST_TEST(page.value("handoff_segments") == 2);
    BOOST_TEST(page.value("handoff_slots", {{"segment", "frames"}, {"state", "ready"}}) == 1);
    BOOST_TEST(page.value("handoff_slots", {{"segment", "frames"}, {"state", "taken"}}) == 0);
    BOOST_TEST(page.value("handoff_redelivered_total") == 3);  // a topic has none
    BOOST_TEST(page.value("handoff_published_total", {{"kind", "topic"}}) == 12);
    BOOST_TEST(page.value("handoff_newest_age_seconds") == 0.25);
    BOOST_TEST(page.value("handoff_messages_total", {{"role", "sender"}}) == 7);
    BOOST_TEST(page.value("handoff_message_bytes_total", {{"role", "receiver"}}) == 500);
    BOOST_TEST(page.value("handoff_lost_total", {{"segment", "t"}}) == 9);
    BOOST_TEST(page.value("handoff_messages_total", {{"role", "publisher"}}) == 0);  // no participant is 0, not absent
    BOOST_TEST(page.value("handoff_participants", {{"role", "receiver"}, {"life", "dead"}}) == 1);
    BOOST_TEST(page.value("handoff_participants", {{"role", "sender"}, {"life", "dead"}}) == 0);
    BOOST_TEST(page.types().at("handoff_slots") == "gauge");
    BOOST_TEST(page.types().at("handoff_lost_total") == "counter");
}

BOOST_AUTO_TEST_CASE(one_process_that_takes_part_twice_makes_two_series) {
    auto report =
        tool_test::report("t", Kind::topic, {participant(1, Role::subscriber), participant(2, Role::subscriber)});
    report.participants[1].pid = report.participants[0].pid;
    const Exposition page(exposition_of({tool_test::look(report)}, true));  // which refuses a series that comes twice
    BOOST_TEST(page.series("handoff_participant_messages_total").size() == 2U);
}

/// A thousand restarts are no more series, and no counter falls.
BOOST_AUTO_TEST_CASE(series_belong_to_segments_and_sums_outlive_who_made_them) {
    const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
    Totals totals;
    const auto page_with = [&](std::vector<handoff::inspect::Participant> here, std::uint64_t instance = 1) {
        auto report = tool_test::report("c", Kind::channel, std::move(here));
        report.instance = instance;
        const std::vector<Look> looks{tool_test::look(report)};
        totals.add(looks);
        return handoff::apps::tool::exposition_of(looks, totals, false);
    };
    auto first = participant(1, Role::receiver, 100), second = participant(2, Role::receiver, 10);
    first.timeouts = 5;
    first.waiting = 1;
    first.delay.counts[20] = 100;
    const std::string alone = page_with({first}), both = page_with({first, second});
    BOOST_TEST(lines(alone) == lines(both));
    second.messages = 12;
    const std::string left = page_with({second});
    const Exposition page(left);
    BOOST_TEST(lines(left) == lines(both));
    BOOST_TEST(page.series("handoff_messages_total").size() == 2U);
    BOOST_TEST(left.find("pid=") == std::string::npos);
    const std::vector<std::pair<std::string, double>> rows{{"handoff_messages_total", 112},
                                                           {"handoff_timeouts_total", 5},
                                                           {"handoff_delay_seconds_count", 100},
                                                           {"handoff_waiting_threads", 0}};
    for (const auto& [name, expected] : rows) BOOST_TEST(page.value(name, {{"role", "receiver"}}) == expected, name);
    const std::string empty = page_with({});
    BOOST_TEST(lines(empty) == lines(both));
    BOOST_TEST(Exposition(empty).value("handoff_messages_total", {{"role", "receiver"}}) == 112);
    const Exposition anew(page_with({participant(1, Role::receiver, 3)}, 2));  // of a new segment of that name
    BOOST_TEST(anew.value("handoff_messages_total", {{"role", "receiver"}}) == 3);
    BOOST_TEST(anew.value("handoff_timeouts_total", {{"role", "receiver"}}) == 0);
}

BOOST_AUTO_TEST_CASE(histograms_are_cumulative_and_coarse_buckets_lose_nothing) {
    auto report = tool_test::report("c", Kind::channel, {participant(1, Role::receiver)});
    LatencyHistogram& delay = report.participants[0].delay;
    for (std::size_t bucket = 0; bucket < LatencyHistogram::buckets; ++bucket) delay.counts[bucket] = bucket + 1;
    const Exposition page(exposition_of({tool_test::look(report)}));
    const auto& buckets = page.series("handoff_delay_seconds_bucket");
    BOOST_REQUIRE(buckets.size() > 20U);
    std::map<double, double> cumulative;
    for (const auto& [labels, count] : buckets) cumulative[std::stod(labels.at("le"))] = count;
    BOOST_TEST(cumulative.size() == buckets.size());
    double before = 0;
    for (const auto& [bound, count] : cumulative) {
        double expected = 0;  // what lies below the bound, counted bucket by bucket
        for (std::size_t bucket = 0; bucket < LatencyHistogram::buckets; ++bucket)
            if (std::chrono::duration<double>(LatencyHistogram::lower_bound(bucket + 1)).count() <= bound ||
                std::isinf(bound))
                expected += static_cast<double>(delay.counts[bucket]);
        BOOST_TEST(count == expected);
        BOOST_TEST(count > before);
        before = count;
        const double exponent = std::log2(bound * 1e9);
        BOOST_TEST((std::isinf(bound) || std::abs(exponent - std::round(exponent)) < 1e-9));
    }
    BOOST_TEST(std::isinf(cumulative.rbegin()->first));
    BOOST_TEST(page.value("handoff_delay_seconds_count") == static_cast<double>(delay.count()));
    BOOST_TEST(cumulative.rbegin()->second == static_cast<double>(delay.count()));
    BOOST_TEST(page.value("handoff_delay_seconds_sum") > 0);
    BOOST_TEST(page.series("handoff_work_seconds_count").size() == 1U);
    BOOST_TEST(page.value("handoff_round_trip_seconds_count") == 0);  // of senders
}

BOOST_AUTO_TEST_CASE(the_sum_of_a_histogram_is_the_middle_of_its_buckets) {
    auto report = tool_test::report("c", Kind::channel, {participant(1, Role::sender)});
    std::size_t bucket = 0;
    while (LatencyHistogram::lower_bound(bucket + 1) <= 1ms) ++bucket;
    report.participants[0].delay.counts[bucket] = 10;
    const Exposition page(exposition_of({tool_test::look(report)}));
    BOOST_TEST(page.value("handoff_round_trip_seconds_sum") == 0.010, boost::test_tools::tolerance(0.25));
}

BOOST_AUTO_TEST_CASE(labels_of_any_bytes_are_escaped) {
    auto report = tool_test::report("a\"b\\c\nd", Kind::latest, {participant(1, Role::writer)});
    report.participants[0].program = "\x1b[31m\xff";
    const Exposition page(
        exposition_of({tool_test::look(report), tool_test::problem("x\"y", handoff::Errc::damaged, "s")}, true));
    BOOST_TEST(page.value("handoff_segment_bytes", {{"segment", "a\"b\\c\nd"}}) == 4096);
    BOOST_TEST(page.value("handoff_participant_messages_total", {{"program", "?[31m?"}}) == 0);
    BOOST_TEST(page.value("handoff_segment_problem", {{"segment", "x\"y"}, {"code", "damaged"}}) == 1);
    BOOST_TEST(escaped_label("d\xc3\xa9t\xc3") == "d\xc3\xa9t?");
    BOOST_TEST(escaped_label("\\\"\n\t") == "\\\\\\\"\\n?");
}

BOOST_AUTO_TEST_CASE(no_segment_is_a_page_too) {
    const Exposition page(exposition_of({}));
    BOOST_TEST(page.value("handoff_segments") == 0);
    BOOST_TEST(page.types().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_address_is_a_port_or_a_host_and_a_port) {
    BOOST_TEST(parse_address("9464").text() == "127.0.0.1:9464");
    BOOST_TEST(parse_address("localhost:1").text() == "127.0.0.1:1");
    BOOST_TEST(parse_address("[::1]:80").text() == "[::1]:80");
    BOOST_TEST(parse_address("[::1]:80").is_loopback);
    BOOST_TEST(!parse_address("0.0.0.0:9464").is_loopback);
    for (const char* wrong : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "host.example:80", "1:x",
                              "127.0.0.1:-1", "[::1]"})
        BOOST_CHECK_THROW(parse_address(wrong), UsageError);
}

BOOST_AUTO_TEST_CASE(metrics_is_answered_and_everything_else_is_refused) {
    const Served served({}, "handoff_up 1\n");
    const std::string page = ask(served.port(), get("/metrics"));
    BOOST_TEST(page.starts_with("HTTP/1.1 200 OK\r\n"), page);
    BOOST_TEST(page.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
    BOOST_TEST(page.find("Content-Length: 13\r\n") != std::string::npos);
    BOOST_TEST(page.ends_with("\r\n\r\nhandoff_up 1\n"));
    BOOST_TEST(ask(served.port(), get("/metrics?a=b")).starts_with("HTTP/1.1 200"));
    BOOST_TEST(ask(served.port(), get("/")).find("/metrics") != std::string::npos);
    BOOST_TEST(ask(served.port(), get("/etc/passwd")).starts_with("HTTP/1.1 404"));
    BOOST_TEST(ask(served.port(), get("/metrics/")).starts_with("HTTP/1.1 404"));
    const std::string post =
        ask(served.port(), "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");
    BOOST_TEST(post.starts_with("HTTP/1.1 405"), post);
    BOOST_TEST(post.find("Allow: GET\r\n") != std::string::npos);
    BOOST_TEST(ask(served.port(), "\x16\x03\x01 TLS?\r\n\r\n").starts_with("HTTP/1.1 400"));
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_for_the_next_request) {
    const Served served({});
    Connection connection(served.port());
    for (int i = 0; i < 3; ++i) {
        connection.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        BOOST_TEST(connection.receive_until("handoff_up 1\n").starts_with("HTTP/1.1 200"));
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_is_too_large_is_refused_and_costs_little) {
    const Served narrow({.request_bytes = 1000, .timeout = 5s, .connections = 4});
    const std::string little = "GET /metrics HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n";
    BOOST_TEST(ask(narrow.port(), little).starts_with("HTTP/1.1 431"));
    const Served served({});
    const std::string headers =
        ask(served.port(), "GET /metrics HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
    BOOST_TEST(headers.starts_with("HTTP/1.1 431"), headers.substr(0, 80));
    const std::string body =
        ask(served.port(), "POST /metrics HTTP/1.1\r\nContent-Length: 500000\r\n\r\n" + std::string(500'000, 'x'));
    BOOST_TEST(body.starts_with("HTTP/1.1 413"), body.substr(0, 80));
    BOOST_TEST(ask(served.port(), get("/metrics")).starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(who_is_refused_half_way_may_finish_what_he_says) {
    const Served served({});
    Connection talkative(served.port());
    talkative.send("GET /metrics HTTP/1.1\r\nX: " + std::string(100'000, 'x'));
    BOOST_TEST(talkative.receive_all().starts_with("HTTP/1.1 431"));
    for (int i = 0; i < 500; ++i) talkative.send(std::string(1000, 'x'));  // throws if the server closed it
    BOOST_TEST(ask(served.port(), get("/metrics")).starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(slow_clients_delay_nobody_and_are_let_go) {
    const Served served({.request_bytes = 8192, .timeout = handoff::testing::scaled(30s), .connections = 64});
    Connection slow(served.port());
    slow.send("GET /metr");
    BOOST_TEST(ask(served.port(), get("/metrics"), 10s).starts_with("HTTP/1.1 200"));  // 10 s are less than 30
    const Served hasty({.request_bytes = 8192, .timeout = 200ms, .connections = 64});
    Connection late(hasty.port());
    late.send("GET /metr");
    BOOST_TEST(late.receive_all() == "");  // closed without a word
}

BOOST_AUTO_TEST_CASE(who_reads_nothing_is_let_go) {
    std::string large;
    large.resize(20'000'000, 'x');  // more than the kernel keeps for a socket
    const Served served({.request_bytes = 8192, .timeout = 200ms, .connections = 1}, large);
    Connection deaf(served.port());
    deaf.send(get("/metrics"));
    BOOST_TEST(ask(served.port(), get("/")).starts_with("HTTP/1.1 200"));  // when the place is free again
}

/// Nothing here waits for the timeout of a minute: every answer comes at once.
BOOST_AUTO_TEST_CASE(those_who_say_nothing_keep_nobody_out) {
    const Served served({.request_bytes = 8192, .timeout = 60s, .connections = 64});
    Connection kept(served.port());
    kept.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(kept.receive_until("handoff_up 1\n").starts_with("HTTP/1.1 200"));
    std::deque<Connection> silent;
    for (int i = 0; i < 200; ++i) {
        silent.emplace_back(served.port());
        if (i % 2 == 0) silent.back().send("GET /metr");  // half a request is none
        if (i % 50 == 0) BOOST_TEST(ask(served.port(), get("/metrics"), 10s).starts_with("HTTP/1.1 200"));
    }
    BOOST_TEST(ask(served.port(), get("/metrics"), 10s).starts_with("HTTP/1.1 200"));
    BOOST_TEST(kept.receive_all() == "");  // waited longest for its next request
    BOOST_TEST(silent.front().receive_all() == "");
    silent.back().send("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");  // came last: still there
    BOOST_TEST(silent.back().receive_all().starts_with("HTTP/1.1 200"));
}

/// Time counts from the last answer: an active client is not the one that has waited longest.
BOOST_AUTO_TEST_CASE(who_was_answered_just_now_is_not_the_one_to_go) {
    const Served served({.request_bytes = 8192, .timeout = 60s, .connections = 3});
    const auto ask_again = [](Connection& connection) {
        connection.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        return connection.receive_until("handoff_up 1\n");
    };
    Connection kept(served.port());
    BOOST_TEST(ask_again(kept).starts_with("HTTP/1.1 200"));
    Connection silent(served.port());
    BOOST_TEST(ask(served.port(), get("/metrics"), 10s).starts_with("HTTP/1.1 200"));  // so the silent one is there
    BOOST_TEST(ask_again(kept).starts_with("HTTP/1.1 200"));
    const Connection third(served.port()), fourth(served.port());
    BOOST_TEST(silent.receive_all() == "");  // closed for the fourth
    BOOST_TEST(ask_again(kept).starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(a_page_that_cannot_be_made_is_an_error_of_the_server) {
    Child child([](Checkpoints& checkpoints) {
        handoff::apps::tool::serve(
            parse_address("0"), {},
            []() -> std::string { throw handoff::Error(handoff::Errc::system, "no such folder"); },
            [&](const auto& address) { checkpoints.report(std::to_string(address.port)); });
    });
    const auto port = static_cast<std::uint16_t>(std::stoi(child.next_line()));
    const std::string answer = ask(port, get("/metrics"));
    BOOST_TEST(answer.starts_with("HTTP/1.1 500"));
    BOOST_TEST(answer.ends_with("no such folder\n"));
    child.kill();
}

BOOST_AUTO_TEST_CASE(the_program_tells_of_real_segments_and_ends_when_it_is_told_to) {
    const UniqueName name("metrics");
    handoff::Sender sender(name, {.slot_count = 4, .payload_bytes = 64});
    sender.send(sender.loan(5s).value()).value();
    Program once(tool, {"metrics", name.str()});
    BOOST_TEST(once.wait().ok());
    const Exposition page(once.output());
    BOOST_TEST(page.value("handoff_slots", {{"segment", name.str()}, {"state", "ready"}}) == 1);
    BOOST_TEST(page.value("handoff_messages_total", {{"segment", name.str()}, {"role", "sender"}}) == 1);

    Program server(tool, {"metrics", name.str(), "--listen", "127.0.0.1:0"});
    server.wait_for_errors("/metrics\n");
    const std::string told = server.errors();
    const auto port = std::stoi(told.substr(told.find("127.0.0.1:") + 10));
    sender.send(sender.loan(5s).value()).value();
    const std::string answer = ask(static_cast<std::uint16_t>(port), get("/metrics"));
    const Exposition served(answer.substr(answer.find("\r\n\r\n") + 4));
    BOOST_TEST(served.value("handoff_slots", {{"segment", name.str()}, {"state", "ready"}}) == 2);

    Program busy(tool, {"metrics", "--listen", std::to_string(port)});
    BOOST_TEST(busy.wait().code == 1);
    BOOST_TEST(busy.errors().find("cannot listen on 127.0.0.1:") != std::string::npos, busy.errors());

    Connection idle(static_cast<std::uint16_t>(port));
    server.signal(SIGTERM);
    BOOST_TEST(server.ends_within(3s));
    BOOST_TEST(server.wait().ok());
}

BOOST_AUTO_TEST_CASE(an_address_that_others_reach_is_said) {
    Program open(tool, {"metrics", "--listen", "0.0.0.0:0"});
    open.wait_for_errors("every host that can reach this address");
    open.signal(SIGINT);
    BOOST_TEST(open.wait().ok());
    Program wrong(tool, {"metrics", "--listen", "nowhere:9464"});
    BOOST_TEST(wrong.wait().code == 2);
}

BOOST_AUTO_TEST_SUITE_END()
