// How the programs start, end, and refuse.
#include "apps/fixture.hpp"

#include <handoff/channel.hpp>
#include <handoff/inspect.hpp>
#include <handoff/version.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace programs {

using namespace apps_test;
using namespace std::chrono_literals;
using handoff::testing::Program;
using handoff::testing::UniqueName;

void check_errors(const Program& program, const std::string& words) {
    BOOST_TEST(program.errors().find(words) != std::string::npos, "'" << words << "' is not in:\n" << program.errors());
}

void check_refused(Program program, int code, const std::string& words) {
    require_exit(program, code);
    check_errors(program, words);
    BOOST_TEST(program.output().empty());
}

}  // namespace programs

BOOST_AUTO_TEST_SUITE(programs)

BOOST_AUTO_TEST_CASE(help_and_version_go_to_stdout_and_end_well) {
    for (const auto& start : {sender, receiver}) {
        Program program = start({"--help"});
        Program brief = start({"-h"});
        BOOST_TEST(brief.wait().ok());
        BOOST_TEST(program.wait().ok());
        BOOST_TEST(brief.output() == program.output());
        require_exit(program, 0);
        for (const char* words : {"Examples:", "Exit codes:", "--channel", "timed out"})
            BOOST_TEST(program.output().find(words) != std::string::npos);
        BOOST_TEST(program.errors().empty());
    }
    Program version = sender({"--version"});
    require_exit(version, 0);
    BOOST_TEST(version.output() == "sender " HANDOFF_VERSION "\n");
}

BOOST_AUTO_TEST_CASE(a_senseless_command_line_ends_with_2) {
    check_refused(sender({}), 2, "sender: nothing to send");
    check_refused(sender({"--what"}), 2, "unrecognised option '--what'; see 'sender --help'");
    check_refused(sender({"-V"}), 2, "unrecognised option '-V'; see 'sender --help'");
    check_refused(receiver({"-V"}), 2, "unrecognised option '-V'; see 'receiver --help'");
    check_refused(receiver({"--operation", "sharpen"}), 2, "'sharpen' is not an operation");
    check_refused(receiver({"--channel", "a/b"}), 2, "a/b");
    check_refused(sender({"--channel", std::string(300, 'x'), "--pattern", "8x8"}), 2, "name");
}

BOOST_AUTO_TEST_CASE(bad_pictures_among_good_ones_are_told_skipped_and_counted) {
    const UniqueName name("bad");
    const Folder folder;
    make_picture(folder / "good1.jpg", 1);
    make_picture(folder / "good2.png", 2);
    apps_test::write_file(folder / "empty.jpg", {});
    apps_test::write_file(folder / "text.png", std::as_bytes(std::span("I am a text")));
    write_cut(folder / "cut.jpg", folder / "good1.jpg", 4000);
    write_cut(folder / "cut.png", folder / "good2.png", 4000);
    make_picture(folder / "huge.png", 3, 3000, 2000);
    Program worker = receiver({"--channel", name.str(), "--operation", "gray"});
    Program feeder = sender({"--channel", name.str(), "--json", "--quiet", "--image-limit", "1M", folder.str(),
                             folder / "nowhere.jpg", "/dev/null"});
    require_exit(feeder, 1);
    require_exit(worker, 0);
    BOOST_TEST(number(feeder, "processed") == 2);
    BOOST_TEST(number(feeder, "skipped") == 7);
    check_errors(feeder, "sender: " + (folder / "empty.jpg") + ": the file is empty");
    check_errors(feeder, "text.png: not a picture");
    check_errors(feeder, "cut.jpg: the JPEG is cut short");
    check_errors(feeder, "cut.png: the PNG is cut short");
    check_errors(feeder, "huge: its pixels need 18000000 bytes, more than the limit of 1000000");
    check_errors(feeder, "nowhere.jpg: No such file");
    check_errors(feeder, "/dev/null: neither a file nor a folder");
    const std::string errors = feeder.errors();
    BOOST_TEST(std::count(errors.begin(), errors.end(), '\n') == 7, errors);
}

BOOST_AUTO_TEST_CASE(a_given_payload_is_the_limit) {
    const UniqueName name("small");
    const Folder folder;
    make_picture(folder / "small.png", 1, 20, 20);
    make_picture(folder / "large.png", 2, 200, 200);
    Program worker = receiver({"--channel", name.str()});
    Program feeder = sender({"--channel", name.str(), "--payload", "4000", "--json", folder.str()});
    require_exit(feeder, 1);
    BOOST_TEST(number(feeder, "processed") == 1);
    check_errors(feeder, "large: its pixels need 120000 bytes, a slot has 4000");
}

BOOST_AUTO_TEST_CASE(nothing_but_bad_pictures_creates_no_channel) {
    const UniqueName name("none");
    const Folder folder;
    apps_test::write_file(folder / "empty.jpg", {});
    Program feeder = sender({"--channel", name.str(), folder.str(), folder / "nowhere.png"});
    check_refused(std::move(feeder), 1, "nothing to send: not one input can be read");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_refused_before_anything_starts) {
    const UniqueName name("unwritable");
    const Folder folder;
    make_picture(folder / "a.png", 1);
    check_refused(sender({"--channel", name.str(), "--save", folder / "a.png/x", folder / "a.png"}), 1, "a.png/x");
    check_refused(receiver({"--channel", name.str(), "--operation", "gray", "--out", "/proc/handoff"}), 1,
                  "/proc/handoff");
    check_refused(sender({"--channel", name.str(), "--save", folder.str(), folder / "a.png"}), 2,
                  "would be written over");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(no_receiver_ends_with_4) {
    const UniqueName name("nobody");
    check_refused(sender({"--channel", name.str(), "--pattern", "8x8", "--wait-receiver", "200ms"}), 4,
                  "no receiver came within 200 ms; start one with: receiver --channel " + name.str());
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(no_channel_within_the_idle_timeout_ends_with_3) {
    const UniqueName name("nowhere");
    check_refused(receiver({"--channel", name.str(), "--idle-timeout", "200ms"}), 3,
                  "no channel '" + name.str() + "' appeared within 200 ms");
    const handoff::Sender meant(name, {.slot_count = 2, .payload_bytes = 64});
    check_refused(receiver({"--channel", name.str() + "s", "--idle-timeout", "200ms"}), 3,
                  "did you mean '" + name.str() + "'?");
}

BOOST_AUTO_TEST_CASE(a_stopped_receiver_makes_the_sender_end_with_4_and_say_who_holds_the_frame) {
    const UniqueName name("stopped");
    Program worker = receiver({"--channel", name.str(), "--operation", "gray"});
    Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--timeout", "2s", "--json"});
    {
        handoff::Receiver observer(name, {.attach_timeout = handoff::testing::scaled(20s)});
        HANDOFF_REQUIRE_EVENTUALLY(observer.state().receivers == 2);
        worker.stop();
    }
    require_exit(feeder, 4);
    BOOST_TEST(number(feeder, "timed_out") == 1);
    check_errors(feeder, "was not processed in time");
    check_errors(feeder, "is stopped (by a signal or a debugger): `kill -CONT " + std::to_string(worker.pid()) + "`");
    worker.signal(SIGCONT);
    require_exit(worker, 0);
}

BOOST_AUTO_TEST_CASE(a_full_work_queue_that_nobody_empties_ends_with_4) {
    const UniqueName name("full");
    Program feeder = sender(
        {"--channel", name.str(), "--pattern", "64x64", "--slots", "3", "--no-wait", "--timeout", "200ms", "--json"});
    require_exit(feeder, 4);
    BOOST_TEST(number(feeder, "frames") == 3);
    check_errors(feeder, "became free in time: 3 of 3 slots in use: 3 unread");
    check_errors(feeder, "--timeout is 200 ms");
    Program worker = receiver({"--channel", name.str(), "--json"});
    require_exit(worker, 0);
    BOOST_TEST(number(worker, "processed") == 3);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(an_answer_is_taken_when_it_comes_and_not_when_the_next_frame_is_due) {
    const UniqueName name("paced");
    Program worker = receiver({"--channel", name.str(), "--operation", "gray"});
    Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--rate", "0.01", "--in-flight", "2"});
    const auto finished = [&]() -> std::uint64_t {
        std::uint64_t count = 0;
        try {
            for (const auto& one : handoff::inspect::Observer(name.str()).report().participants)
                if (one.role == handoff::inspect::Role::sender) count = one.finished;
        } catch (const handoff::Error&) {  // the channel is not there yet
        }
        return count;
    };
    HANDOFF_CHECK_EVENTUALLY(finished() == 1U);
    feeder.signal(SIGINT);
    (void)feeder.wait();
    require_exit(worker, 0);
}

BOOST_AUTO_TEST_CASE(the_classic_mutex_and_condition_carry_the_same_handshake) {
    const UniqueName name("classic");
    Program worker = receiver({"--channel", name.str(), "--operation", "gray", "--json"});
    Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--count", "20", "--sync", "boost"});
    require_exit(feeder, 0);
    require_exit(worker, 0);
    check_errors(feeder, "sync boost");
    BOOST_TEST(number(worker, "processed") == 20);
    check_refused(sender({"--pattern", "8x8", "--sync", "mutex"}), 2, "--sync: 'mutex' is none of futex, boost");
}

BOOST_AUTO_TEST_CASE(in_place_on_another_channel_is_refused_on_both_sides) {
    const UniqueName name("plain");
    const handoff::Sender plain(name, {.slot_count = 1, .payload_bytes = 1000, .reply_bytes = 4096});
    check_refused(receiver({"--channel", name.str(), "--operation", "gray", "--in-place"}), 1,
                  "does not let receivers edit the pictures");
    check_refused(sender({"--channel", name.str(), "--pattern", "8x8", "--in-place"}), 1, "in_place");
}

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_fit_fails_with_both_sizes_and_the_sender_goes_on) {
    const UniqueName name("reply");
    Program worker = receiver({"--channel", name.str(), "--operation", "blur", "--json"});
    Program feeder =
        sender({"--channel", name.str(), "--pattern", "64x64", "--count", "3", "--reply", "5000", "--json"});
    require_exit(feeder, 1);
    require_exit(worker, 1);
    BOOST_TEST(number(feeder, "failed") == 3);
    BOOST_TEST(number(worker, "failed") == 3);
    check_errors(feeder, "64 x 64 bgr8 needs 12288 bytes, the slot's reply area has 5000");
}

BOOST_AUTO_TEST_CASE(what_is_no_picture_fails_with_a_sentence) {
    const UniqueName name("bytes");
    handoff::Sender plain(name, {.slot_count = 2, .payload_bytes = 1000, .reply_bytes = 4096});
    Program worker = receiver({"--channel", name.str(), "--operation", "edges"});
    auto failed = plain.request(plain.try_loan().value(), handoff::testing::scaled(20s));
    BOOST_REQUIRE(!failed);
    BOOST_TEST((failed.error() == handoff::Errc::failed));
    BOOST_TEST(failed.error().message().find("edges works on pictures of") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(count_is_exact_with_any_number_of_workers) {
    const UniqueName name("count");
    Program worker = receiver({"--channel", name.str(), "--workers", "4", "--count", "50", "--json"});
    Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--count", "70", "--in-flight", "8",
                             "--timeout", "3s", "--json"});
    require_exit(worker, 0);
    require_exit(feeder, 4);
    BOOST_TEST(number(worker, "frames") == 50);
    BOOST_TEST(number(feeder, "processed") == 50);
}

BOOST_AUTO_TEST_CASE(stay_outlives_the_senders) {
    const UniqueName name("stay");
    Program worker = receiver({"--channel", name.str(), "--stay", "--count", "10", "--json"});
    for (int round = 0; round < 2; ++round) {
        Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--count", "5"});
        require_exit(feeder, 0);
    }
    require_exit(worker, 0);
    BOOST_TEST(number(worker, "frames") == 10);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_receiver_that_stays_ends_when_nothing_comes) {
    const UniqueName name("idle");
    Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--count", "5"});
    feeder.wait_for_errors("waiting for a receiver");
    Program worker = receiver({"--channel", name.str(), "--stay", "--idle-timeout", "1s", "--json"});
    require_exit(feeder, 0);
    require_exit(worker, 0);
    BOOST_TEST(number(worker, "frames") == 5);
    check_errors(worker, "no picture came for 1 s");
}

BOOST_AUTO_TEST_CASE(the_rate_is_kept) {
    const UniqueName name("rate");
    Program worker = receiver({"--channel", name.str()});
    Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--count", "21", "--rate", "40", "--json"});
    require_exit(feeder, 0);
    BOOST_TEST(number(feeder, "seconds") >= 0.5);
}

BOOST_AUTO_TEST_CASE(ctrl_c_is_a_normal_end_with_a_report_and_leaves_nothing) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        const UniqueName name("ctrl-c");
        Program worker = receiver({"--channel", name.str(), "--operation", "gray", "--json"});
        worker.wait_for_errors("waiting for channel");
        Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--in-flight", "3", "--json"});
        std::optional<handoff::Receiver> observer;
        observer.emplace(name, handoff::HandleOptions{.attach_timeout = handoff::testing::scaled(20s)});
        HANDOFF_REQUIRE_EVENTUALLY(observer->state().taken > 0);
        feeder.signal(signal);
        require_exit(feeder, 0);
        BOOST_TEST(number(feeder, "frames") > 0);
        BOOST_TEST(number(feeder, "frames") == number(feeder, "processed"));
        require_exit(worker, 0);
        BOOST_TEST(number(worker, "frames") == number(feeder, "frames"));
        HANDOFF_CHECK_EVENTUALLY(observer->state().free == 8);
        observer.reset();
        BOOST_TEST(name.left_behind().empty());
    }
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_every_wait) {
    const UniqueName name("waits");
    Program lonely_receiver = receiver({"--channel", name.str()});
    lonely_receiver.wait_for_errors("waiting for channel");
    lonely_receiver.signal(SIGINT);
    require_exit(lonely_receiver, 0);

    Program lonely_sender = sender({"--channel", name.str(), "--pattern", "8x8", "--wait-receiver", "1h"});
    lonely_sender.wait_for_errors("waiting for a receiver");
    lonely_sender.signal(SIGINT);
    require_exit(lonely_sender, 0);
    BOOST_TEST(name.left_behind().empty());

    const handoff::Sender silent(name, {.slot_count = 1, .payload_bytes = 1});
    Program idle = receiver({"--channel", name.str(), "--workers", "3"});
    HANDOFF_REQUIRE_EVENTUALLY(silent.state().receivers == 1);
    idle.signal(SIGTERM);
    require_exit(idle, 0);
}

BOOST_AUTO_TEST_CASE(ctrl_c_takes_back_what_nobody_works_on) {
    const UniqueName name("taken-back");
    Program worker = receiver({"--channel", name.str(), "--operation", "gray", "--stay"});
    Program feeder =
        sender({"--channel", name.str(), "--pattern", "64x64", "--in-flight", "4", "--timeout", "1h", "--json"});
    handoff::Receiver observer(name, {.attach_timeout = handoff::testing::scaled(20s)});
    HANDOFF_REQUIRE_EVENTUALLY(observer.state().receivers == 2);
    worker.stop();
    HANDOFF_REQUIRE_EVENTUALLY(observer.state().ready + observer.state().taken == 4);
    feeder.signal(SIGINT);
    require_exit(feeder, 0);
    check_errors(feeder, "taken back unread");
    BOOST_TEST(observer.state().ready == 0U);
    worker.resume();
    worker.signal(SIGINT);
    require_exit(worker, 0);
    HANDOFF_CHECK_EVENTUALLY(observer.state().free == 8);
}

BOOST_AUTO_TEST_CASE(a_second_ctrl_c_ends_at_once) {
    const UniqueName name("twice");
    Program worker = receiver({"--channel", name.str()});
    Program feeder = sender({"--channel", name.str(), "--pattern", "64x64", "--timeout", "1h"});
    handoff::Receiver observer(name, {.attach_timeout = handoff::testing::scaled(20s)});
    HANDOFF_REQUIRE_EVENTUALLY(observer.state().receivers == 2);
    worker.stop();
    HANDOFF_REQUIRE_EVENTUALLY(observer.state().ready + observer.state().taken == 1);
    feeder.stop();
    feeder.signal(SIGINT);
    feeder.signal(SIGTERM);
    feeder.signal(SIGCONT);
    const auto exit = feeder.wait();
    BOOST_TEST((exit.signal == SIGINT || exit.signal == SIGTERM), exit.text());
}

BOOST_AUTO_TEST_SUITE_END()
