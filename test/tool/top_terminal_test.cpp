// top on a real terminal.
#include "terminal.hpp"

#include <handoff/channel.hpp>
#include <handoff/testing.hpp>
#include <handoff/topic.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>

namespace top_on_a_terminal {

using namespace std::chrono_literals;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::Program;
using handoff::testing::UniqueName;
using tool_test::Terminal;

const std::string tool = HANDOFF_BIN_DIR "/handoff";
constexpr const char* enter_screen = "\x1b[?1049h";
constexpr const char* leave_screen = "\x1b[?1049l";

std::string file_text(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// The modes of the terminal are as they were, and what stood on it is back.
void check_restored(Terminal& terminal, const termios& before) {
    const auto now = terminal.modes();
    BOOST_TEST(tool_test::operator==(now, before));
    const auto output = terminal.output();
    const auto left = output.rfind(leave_screen);
    const auto entered = output.rfind(enter_screen);
    BOOST_REQUIRE(left != std::string::npos);
    BOOST_TEST((entered == std::string::npos || entered < left));
}

}  // namespace top_on_a_terminal

BOOST_AUTO_TEST_SUITE(top_on_a_terminal)

BOOST_AUTO_TEST_CASE(it_shows_what_is_there_and_q_leaves_the_terminal_as_it_was) {
    const UniqueName name("top");
    handoff::Sender sender(name, {.slot_count = 3, .payload_bytes = 64});
    sender.send(sender.loan(5s).value()).value();
    Terminal terminal(tool, {"top", name.str(), "--interval", "100ms"});
    const termios before = Terminal("/bin/true", {}).modes();
    terminal.wait_for(name.str());
    terminal.wait_for("1/3]");
    terminal.wait_for("q quit");
    BOOST_TEST(!tool_test::operator==(terminal.modes(), before));  // no echo, key by key
    sender.send(sender.loan(5s).value()).value();
    terminal.wait_for_drawn("2/3]");
    terminal.type("q");
    BOOST_TEST(terminal.wait() == 0);
    check_restored(terminal, before);
}

BOOST_AUTO_TEST_CASE(any_signal_that_ends_it_leaves_the_terminal_as_it_was) {
    const UniqueName name("top-signals");
    const handoff::Publisher publisher(name, {.payload_bytes = 64});
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
        Terminal terminal(tool, {"top", name.str(), "--interval", "1h"});
        const termios before = Terminal("/bin/true", {}).modes();
        terminal.wait_for("q quit");
        ::kill(terminal.pid(), signal);
        BOOST_TEST(terminal.wait() == 0, "signal " << signal);
        check_restored(terminal, before);
    }
}

BOOST_AUTO_TEST_CASE(keys_sort_filter_and_open_details) {
    const UniqueName name("top-keys");
    const UniqueName other("top-other");
    const handoff::Publisher publisher(name, {.payload_bytes = 64});
    const handoff::Publisher second(other, {.payload_bytes = 64});
    const auto differs =
        std::mismatch(name.str().begin(), name.str().end(), other.str().begin(), other.str().end()).first;
    const std::string both = std::string(name.str().begin(), differs) + "*";
    Terminal terminal(tool, {"top", both, "--interval", "1h"});
    terminal.wait_for(name.str());
    terminal.wait_for(other.str());
    terminal.type("s");
    terminal.wait_for_drawn("by KIND");
    terminal.type("\x1bOC");  // right
    terminal.wait_for_drawn("by SLOTS");
    terminal.type("/top-keys");
    terminal.wait_for_drawn("top-keys_");
    terminal.type("\r");
    terminal.wait_for_drawn("only *top-keys*");
    BOOST_TEST(terminal.output().find(other.str()) == std::string::npos);
    terminal.type("\r");
    terminal.wait_for_drawn("Esc back");
    BOOST_TEST(terminal.output().find("publisher") != std::string::npos);
    terminal.type("\x1b");
    terminal.wait_for_drawn("s S sort");
    terminal.type("\x1b");
    terminal.wait_for_drawn(other.str());
    terminal.type("p");
    terminal.wait_for_drawn("PAUSED");
    terminal.type("q");
    BOOST_TEST(terminal.wait() == 0);
}

BOOST_AUTO_TEST_CASE(it_follows_the_size_of_the_window) {
    const UniqueName name("top-size");
    const handoff::Publisher publisher(name, {.payload_bytes = 64});
    Terminal terminal(tool, {"top", name.str(), "--interval", "1h"});
    terminal.wait_for("REDELIV");
    terminal.wait_for("q quit");
    terminal.mark();
    terminal.resize(60, 10);
    terminal.type("\f");
    terminal.wait_for("AGE");
    terminal.wait_for("q quit");
    BOOST_TEST(terminal.output().find("REDELIV") == std::string::npos);
    for (const int tiny : {1, 2, 3, 7}) {
        terminal.resize(tiny, tiny);
        terminal.type("\f");
    }
    terminal.mark();
    terminal.resize(200, 50);
    terminal.type("\f");
    terminal.wait_for("REDELIV");
    terminal.type("q");
    BOOST_TEST(terminal.wait() == 0);
}

#ifdef __SANITIZE_ADDRESS__
constexpr long most_kib = 800'000;  // it keeps 256 MiB of what was freed, and a shadow and borders of everything
#else
constexpr long most_kib = 200'000;
#endif

/// What a terminal claims may be anything: 65,535 rows of 65,535 columns would be a hundred gigabytes of cells.
BOOST_AUTO_TEST_CASE(absurd_sizes_are_survived) {
    const UniqueName name("top-absurd");
    const handoff::Publisher publisher(name, {.payload_bytes = 64});
    Terminal terminal(tool, {"top", name.str(), "--interval", "1h"}, 65'535, 65'535);
    terminal.wait_for("q quit");
    for (int round = 0; round < 20; ++round)
        for (const auto& [columns, rows] :
             {std::pair{65'535, 65'535}, {65'535, 1}, {1, 65'535}, {0, 0}, {80, 65'535}}) {
            terminal.resize(columns, rows);
            terminal.type("\f");
        }
    terminal.mark();
    terminal.resize(180, 24);
    terminal.type("\f");
    terminal.wait_for("REDELIV");
    std::ifstream status("/proc/" + std::to_string(terminal.pid()) + "/status");
    std::string text{std::istreambuf_iterator<char>(status), {}};
    const auto peak = text.find("VmHWM:");
    BOOST_TEST_REQUIRE(peak != std::string::npos);
    BOOST_TEST(std::stol(text.substr(peak + 6)) < most_kib, "it took too much: " + text.substr(peak, 40));
    terminal.type("q");
    BOOST_TEST(terminal.wait() == 0);
}

BOOST_AUTO_TEST_CASE(ctrl_z_gives_the_terminal_back_and_fg_draws_again) {
    const UniqueName name("top-stop");
    const handoff::Publisher publisher(name, {.payload_bytes = 64});
    Terminal terminal("/bin/bash", {"--norc", "--noediting", "-i"}, 180, 24, {"TERM=xterm", "PS1=ready>"});
    terminal.wait_for("ready>");
    const termios before = terminal.modes();
    terminal.type(tool + " top " + name.str() + "\r");
    terminal.wait_for("q quit");
    terminal.mark();
    terminal.type("\x1a");
    terminal.wait_for("Stopped");
    terminal.wait_for("ready>");
    check_restored(terminal, before);
    terminal.mark();
    terminal.type("fg\r");
    terminal.wait_for(enter_screen);
    terminal.wait_for("q quit");
    terminal.mark();
    terminal.type("q");
    terminal.wait_for("ready>");
    check_restored(terminal, before);
    terminal.type("exit $?\r");
    BOOST_TEST(terminal.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_that_cannot_be_caught_leaves_it_able_to_go_on) {
    const UniqueName name("top-halt");
    const handoff::Publisher publisher(name, {.payload_bytes = 64});
    Terminal terminal(tool, {"top", name.str()});
    terminal.wait_for("q quit");
    ::kill(terminal.pid(), SIGSTOP);
    terminal.wait_until_stopped();
    terminal.mark();
    ::kill(terminal.pid(), SIGCONT);
    terminal.type("\f");
    terminal.wait_for(name.str());
    terminal.type("q");
    BOOST_TEST(terminal.wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_dead_are_red_unless_colours_are_not_wanted) {
    const UniqueName name("top-dead");
    Child child([&](Checkpoints& checkpoints) {
        const handoff::Publisher publisher(name, {.payload_bytes = 64, .lifetime = handoff::Lifetime::persistent});
        checkpoints.stop_at("there");
    });
    child.wait_for("there");
    child.kill();
    constexpr const char* red = "\x1b[31m";
    Terminal coloured(tool, {"top", name.str()});
    coloured.wait_for("q quit");
    BOOST_TEST(coloured.output().find(red) != std::string::npos);
    coloured.type("q");
    BOOST_TEST(coloured.wait() == 0);
    Terminal plain(tool, {"top", name.str()}, 180, 24, {"TERM=xterm", "NO_COLOR=1"});
    plain.wait_for("q quit");
    for (const char* colour : {"31", "33", "35", "36"})
        BOOST_TEST(plain.output().find(std::string("\x1b[") + colour + "m") == std::string::npos, colour);
    plain.type("q");
    BOOST_TEST(plain.wait() == 0);
}

BOOST_AUTO_TEST_CASE(it_takes_no_lock_and_maps_read_only) {
    const UniqueName name("top-locks");
    Child child([&](Checkpoints& checkpoints) {
        const handoff::Publisher publisher(name, {.payload_bytes = 64, .lifetime = handoff::Lifetime::persistent});
        checkpoints.stop_at("there");
    });
    child.wait_for("there");
    child.kill();
    Terminal terminal(tool, {"top", name.str(), "--interval", "100ms"});
    terminal.wait_for(name.str());
    const int file = ::open(("/dev/shm/handoff." + name.str()).c_str(), O_RDWR | O_CLOEXEC);
    BOOST_REQUIRE(file >= 0);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    BOOST_TEST(::fcntl(file, F_OFD_GETLK, &whole) == 0);
    BOOST_TEST(whole.l_type == F_UNLCK);  // any lock of any process would be reported here
    ::close(file);
    std::istringstream maps(file_text("/proc/" + std::to_string(terminal.pid()) + "/maps"));
    int mapped = 0;
    for (std::string line; std::getline(maps, line);) {
        if (line.find(name.str()) == std::string::npos) continue;
        ++mapped;
        BOOST_TEST(line.find(" r--s ") != std::string::npos, line);
    }
    BOOST_TEST(mapped > 0);
    ::kill(terminal.pid(), SIGKILL);  // at any moment
    BOOST_TEST(terminal.wait() == -SIGKILL);
    handoff::Publisher next(name, {.payload_bytes = 64});
    next.publish(next.loan().value()).value();
}

BOOST_AUTO_TEST_CASE(without_a_terminal_or_on_an_unknown_one_it_says_what_to_do) {
    Program piped(tool, {"top"});
    BOOST_TEST(piped.wait().code == 2);
    BOOST_TEST(piped.errors().find("handoff ls --json") != std::string::npos, piped.errors());
    Terminal unknown(tool, {"top"}, 80, 24, {"TERM=no-such-terminal"});
    BOOST_TEST(unknown.wait() == 1);
    BOOST_TEST(unknown.output().find("'no-such-terminal', is not known") != std::string::npos, unknown.output());
    Terminal dumb(tool, {"top"}, 80, 24, {"TERM=dumb"});
    BOOST_TEST(dumb.wait() == 1);
    BOOST_TEST(dumb.output().find("'dumb', cannot be drawn on. Type `handoff ls`") != std::string::npos, dumb.output());
    Terminal hasty(tool, {"top", "--interval", "1ms"});
    BOOST_TEST(hasty.wait() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
