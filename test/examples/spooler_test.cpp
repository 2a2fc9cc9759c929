// A log server whose clients and servers are killed: every line once, whole, in order.
#include "../../examples/spooler/log.hpp"
#include "examples/fixture.hpp"

#include <fstream>
#include <map>
#include <regex>

namespace spooler_test {

using namespace examples_test;
using namespace std::chrono_literals;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

/// What clients send: `many` lines "label 1 ...", "label 2 ...", of very different lengths.
std::string numbered_lines(const std::string& label, int many) {
    std::string all;
    for (int i = 1; i <= many; ++i) {
        const std::size_t filling = static_cast<std::size_t>(i) * 997 % 4050;
        all += label + " " + std::to_string(i) + " " + std::string(filling, static_cast<char>('a' + i % 26)) + "\n";
    }
    return all;
}

struct Entry {
    std::string pid, text;
};

/// The lines of the log; fails if one is not `pid: time text`.
std::vector<Entry> entries_in(const std::string& path) {
    static const std::regex head(R"(^(\d+): \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z )");
    std::ifstream in(path, std::ios::binary);
    std::vector<Entry> entries;
    for (std::string line; std::getline(in, line);) {
        std::smatch match;
        const std::string start = line.substr(0, 60);
        BOOST_TEST_REQUIRE(std::regex_search(start, match, head), "not a line of the log: " + line);
        BOOST_TEST_REQUIRE(!in.eof());
        entries.push_back({match[1], line.substr(static_cast<std::size_t>(match.length(0)))});
    }
    return entries;
}

std::size_t lines_in(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
}

/// The texts of each client, in the order of the log.
std::map<std::string, std::string> texts_by_pid(const std::string& path) {
    std::map<std::string, std::string> texts;
    for (const auto& entry : entries_in(path)) texts[entry.pid] += entry.text + "\n";
    return texts;
}

class Spooler {
public:
    /// One that has begun, so that a signal ends it well.
    Program server() {
        auto program = start("spooler_server", name, {"--log", log()});
        program.wait_for_errors("logging");
        return program;
    }
    Program client(const std::string& input, const std::vector<std::string>& arguments = {}) {
        return start("spooler_client", name, arguments, {.environment = {}, .working_directory = {}, .input = input});
    }
    std::string log() const { return folder / "log"; }

    const UniqueName name{"spooler"};
    Folder folder;
};

std::string pid_of(const Program& program) {
    return std::to_string(program.pid());
}

}  // namespace spooler_test

BOOST_FIXTURE_TEST_SUITE(spooler_test, Spooler)

BOOST_AUTO_TEST_CASE(invalid_arguments_are_refused_with_exit_code_2) {
    for (const std::string program : {"spooler_server", "spooler_client"})
        expect_refusal(program, name, {"--nonsense"}, 2, "--help shows the options");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_opened_is_refused) {
    expect_refusal("spooler_server", name, {"--log", folder / "nowhere/log"}, 1, "cannot open the log file");
    auto first = server();
    expect_refusal("spooler_server", name, {"--log", log()}, 1, "another server seems to write the log file");
    end(first);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(lines_of_all_lengths_up_to_4096_bytes_are_logged_and_longer_ones_refused) {
    auto logger = server();
    const std::string longest(4096, 'x'), too_long(4097, 'y'), far_too_long(1'000'000, 'z');
    auto sending = client("\n" + longest + "\n" + too_long + "\n" + far_too_long + "\nlast, without a newline");
    BOOST_TEST(sending.wait().code == 1);
    BOOST_TEST(sending.errors().find("line 3 is longer than 4096 bytes and was not sent") != std::string::npos);
    BOOST_TEST(sending.errors().ends_with("3 lines logged, 2 refused\n"), sending.errors());
    end(logger);
    BOOST_TEST(texts_by_pid(log())[pid_of(sending)] == "\n" + longest + "\nlast, without a newline\n");
    BOOST_TEST(lines_in(log()) == 3u);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_client_waits_for_a_server) {
    auto sending = client("patience\n");
    sending.wait_for_errors("waiting for it");
    auto logger = server();
    expect_good_end(sending);
    end(logger);
    BOOST_TEST(texts_by_pid(log())[pid_of(sending)] == "patience\n");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_gives_up_takes_its_line_back) {
    auto sending = client("never mind\n");
    sending.wait_for_errors("waiting for it");
    sending.signal(SIGTERM);
    BOOST_TEST(sending.wait().code == 1);
    BOOST_TEST(sending.errors().find("the last line was not logged") != std::string::npos, sending.errors());
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_person_is_asked_for_messages) {
    auto logger = server();
    const std::string command = HANDOFF_BIN_DIR "/examples/spooler_client --verbose --name " + name.str();
    Program terminal("script", {"-qec", command, "/dev/null"}, {{}, {}, "hello there\n"});
    terminal.wait_for_output("logged hello there");
    BOOST_TEST(terminal.wait().ok());
    BOOST_TEST(terminal.output().find("Please type a message: ") != std::string::npos, terminal.output());
    end(logger);
    const auto entries = entries_in(log());
    BOOST_TEST_REQUIRE(entries.size() == 1u);
    BOOST_TEST(entries[0].text == "hello there");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(exactly_once_whole_and_in_order_while_servers_are_killed) {
    constexpr int many = 150, clients = 3;
    std::vector<std::string> sent;
    std::vector<Program> sending;
    for (int i = 0; i < clients; ++i) {
        sent.push_back(numbered_lines("client " + std::to_string(i), many));
        sending.push_back(client(sent.back(), {"--verbose"}));
    }
    const auto confirmed = [&] {
        std::size_t all = 0;
        for (const auto& program : sending) all += lines_of(program.output()).size();
        return all;
    };
    int deaths = 0;
    for (std::size_t next = 20; next < many * clients; next += 40, ++deaths) {
        auto mortal = server();
        HANDOFF_REQUIRE_EVENTUALLY(confirmed() >= next);
        mortal.kill();
        BOOST_TEST(confirmed() <= lines_in(log()));
    }
    auto survivor = server();
    for (auto& program : sending) expect_good_end(program);
    end(survivor);
    BOOST_TEST(deaths > 5);
    BOOST_TEST(lines_in(log()) == static_cast<std::size_t>(many * clients));
    auto texts = texts_by_pid(log());
    for (int i = 0; i < clients; ++i) BOOST_TEST((texts[pid_of(sending[i])] == sent[i]), "client " << i);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(what_a_killed_client_was_told_is_in_the_log) {
    auto logger = server();
    const std::string all = numbered_lines("mortal", 5000);
    for (int death = 0; death < 4; ++death) {
        auto mortal = client(all, {"--verbose"});
        HANDOFF_REQUIRE_EVENTUALLY(lines_of(mortal.output()).size() > 5);
        mortal.kill();
        auto next = client("I am well\n");  // after everything that the dead one has sent
        expect_good_end(next);
        const std::string logged = texts_by_pid(log())[pid_of(mortal)];
        BOOST_TEST(all.starts_with(logged));
        const auto confirmed = lines_of(mortal.output()).size(), in_the_log = lines_of(logged).size();
        BOOST_TEST(in_the_log >= confirmed);
        BOOST_TEST(in_the_log <= confirmed + 1);
    }
    end(logger);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_in_the_log_though_its_client_was_not_told_is_recognised) {
    auto sending = client("only once\nand on\n");
    Child dying_server([&](Checkpoints& checkpoints) {
        spooler::Log file(log());
        handoff::Receiver receiver(name, spooler::channel_shape());
        auto request = receiver.receive(10s);
        BOOST_TEST_REQUIRE(request.has_value());
        BOOST_TEST(file.append(spooler::line_in(request->payload()).value()));
        file.sync();
        checkpoints.stop_at("logged");
    });
    dying_server.wait_for("logged");
    dying_server.kill();
    BOOST_TEST(lines_in(log()) == 1u);

    auto next_server = server();
    expect_good_end(sending);
    end(next_server);
    BOOST_TEST(texts_by_pid(log())[pid_of(sending)] == "only once\nand on\n");
    BOOST_TEST(next_server.errors().find("1 lines written, 1 delivered again") != std::string::npos,
               next_server.errors());
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_line_outlives_any_number_of_servers_that_die_with_it) {
    auto sending = client("stubborn\n");
    for (int death = 0; death < 15; ++death) {
        Child dying_server([&](Checkpoints& checkpoints) {
            handoff::Receiver receiver(name, spooler::channel_shape());
            const auto request = receiver.receive(10s);
            BOOST_TEST_REQUIRE(request.has_value());
            checkpoints.stop_at("taken");
        });
        dying_server.wait_for("taken");
        dying_server.kill();
    }
    auto survivor = server();
    expect_good_end(sending);
    end(survivor);
    BOOST_TEST(texts_by_pid(log())[pid_of(sending)] == "stubborn\n");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(half_a_line_at_the_end_of_the_log_is_cut_off) {
    std::ofstream(log()) << "7: 2024-05-01T12:00:00.123456789Z whole\n7: 2024-05-01T12:00:00.1234";
    auto logger = server();
    auto sending = client("new\n");
    expect_good_end(sending);
    end(logger);
    auto texts = texts_by_pid(log());
    BOOST_TEST(texts["7"] == "whole\n");
    BOOST_TEST(texts[pid_of(sending)] == "new\n");
    BOOST_TEST(lines_in(log()) == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_no_line_is_refused_and_the_server_goes_on) {
    auto logger = server();
    {
        handoff::Sender sender(name, spooler::channel_shape());
        const std::vector<std::string> invalid{"short", std::string(16, '\0'), std::string(16, '\xff'),
                                               std::string(16, '\1') + "two\nlines"};
        for (const auto& bytes : invalid) {
            auto loan = sender.loan(10s).value();
            std::ranges::copy(std::as_bytes(std::span(bytes)), loan.payload().begin());
            loan.resize(bytes.size()).value();
            const auto answer = sender.request(std::move(loan), 10s);
            BOOST_TEST_REQUIRE(!answer.has_value());
            BOOST_TEST(answer.error() == handoff::Errc::failed);
        }
    }
    auto sending = client("fine\n");
    expect_good_end(sending);
    end(logger);
    BOOST_TEST(lines_in(log()) == 1u);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
