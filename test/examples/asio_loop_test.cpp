// A channel and a timer in one thread with Boost.Asio.
#include "examples/fixture.hpp"

namespace asio_loop_test {

using namespace examples_test;

Program begun_server(const UniqueName& name, const std::string& interval_ms) {
    auto server = start("asio_loop_server", name, {"--interval", interval_ms});
    server.wait_for_errors("serving");
    return server;
}

int last_tick(const Program& server) {
    const auto lines = lines_of(server.output());
    return lines.empty() ? 0 : std::stoi(lines.back().substr(lines.back().find(' ')));
}

}  // namespace asio_loop_test

BOOST_AUTO_TEST_SUITE(asio_loop_test)

BOOST_AUTO_TEST_CASE(a_client_without_a_server_ends_with_exit_code_4) {
    const UniqueName name("asio");
    expect_refusal("asio_loop_client", name, {"--wait", "0"}, 4, "");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(requests_are_served_while_the_timer_ticks) {
    const UniqueName name("asio");
    auto server = begun_server(name, "20");
    auto first = start("asio_loop_client", name, {"--count", "2000"});
    auto second = start("asio_loop_client", name, {"--count", "2000"});
    for (Program* client : {&first, &second}) {
        expect_good_end(*client);
        BOOST_TEST(client->output() == "2000 answers, all right\n");
    }
    HANDOFF_CHECK_EVENTUALLY(server.output().ends_with(", 4000 requests served\n"));
    const int tick = last_tick(server);
    HANDOFF_CHECK_EVENTUALLY(last_tick(server) > tick + 2);  // it ticks without clients, too
    end(server);
    BOOST_TEST(server.errors().ends_with("4000 requests served\n"), server.errors());
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(the_timer_ticks_while_requests_never_stop) {
    const UniqueName name("asio");
    auto server = begun_server(name, "10");
    auto client = start("asio_loop_client", name, {"--count", "1000000000"});
    HANDOFF_CHECK_EVENTUALLY(last_tick(server) > 10 && !server.output().ends_with(" 0 requests served\n"));
    BOOST_TEST(client.is_running());
    end(client);
    end(server);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_killed_server_is_replaced_while_the_client_waits) {
    const UniqueName name("asio");
    auto client = start("asio_loop_client", name, {"--count", "20000"});
    for (int life = 0; life < 3; ++life) {
        auto server = begun_server(name, "1");
        HANDOFF_CHECK_EVENTUALLY(last_tick(server) > 5);
        server.kill();
    }
    auto server = begun_server(name, "1000");
    expect_good_end(client);
    BOOST_TEST(client.output() == "20000 answers, all right\n");
    end(server);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
