// stdout that cannot be written: an error or, if `| head` has closed the pipe, a silent end.
#include "tool/tool.hpp"

#include "testing/streams.hpp"
#include "tool/record_play_fixture.hpp"

#include <filesystem>

namespace output_test {

using namespace tool_test;
using namespace handoff::test;

Program tool_with(const Streams& streams, const std::vector<std::string>& arguments, const std::string& input = "") {
    return start_with(streams, HANDOFF_BIN_DIR "/handoff", arguments, {.input = input});
}

void check_end(Program& program, int code, const std::string& words) {
    const auto exit = program.wait(soon);
    BOOST_TEST((exit.signal == 0 && exit.code == code), exit.text() << ": " << program.errors());
    TOOL_TEST_CONTAINS(program.errors(), words);
}

void check_quiet_end(Program& program) {
    check_end(program, 0, "");
    BOOST_TEST(!contains(program.errors(), "stdout"), program.errors());
}

/// One that is never short of messages.
class Busy {
public:
    Busy() : publisher_(name, small_topic()) { publish(publisher_, "first"); }
    void publish_until_it_ends(Program& program) {
        for (int i = 0; i < 100'000 && !program.ends_within(1ms); ++i) publish(publisher_, "message");
    }
    const UniqueName name{"busy"};

private:
    Publisher publisher_;
};

/// Verbs that print once, and verbs that print as long as the pipe is open.
std::vector<std::vector<std::string>> printing(const std::string& name) {
    return {{"ls"},
            {"info", name},
            {"info", name, "--json"},
            {"echo", name},
            {"hz", name, "--interval", "2ms"},
            {"bw", name, "--interval", "2ms"},
            {"lat", name, "--interval", "2ms"},
            {"recv", name},
            {"recv", name, "--lines"},
            {"snap", name, "-", "--raw"},
            {"metrics", name},
            {"plan", "1k"},
            {"clean", "--dry-run", name},
            {"man"},
            {"completion", "bash"},
            {"--help"},
            {"--version"},
            {"hz", "--help"}};
}

}  // namespace output_test

BOOST_AUTO_TEST_SUITE(output_test)

BOOST_AUTO_TEST_CASE(who_has_seen_enough_ends_it_quietly) {
    Busy busy;
    for (const auto& arguments : printing(busy.name.str())) {
        BOOST_TEST_CONTEXT("handoff " << arguments.front()) {
            Program program = tool_with(unread, arguments);
            busy.publish_until_it_ends(program);
            check_quiet_end(program);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_a_full_disk_and_a_closed_stdout_do_not_take_is_a_failure) {
    Busy busy;
    for (const auto& arguments : printing(busy.name.str())) {
        for (const auto& [streams, words] : {std::pair{full_disk, "cannot write to stdout: No space left on device"},
                                             {closed_stdout, "cannot write to stdout: Bad file descriptor"}}) {
            BOOST_TEST_CONTEXT("handoff " << arguments.front() << " " << streams.redirections) {
                Program program = tool_with(streams, arguments);
                busy.publish_until_it_ends(program);
                check_end(program, 1, words);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(who_waits_for_messages_says_at_once_that_nothing_can_be_written) {
    const UniqueName name;
    const Publisher silent(name, small_topic());
    Program program = tool_with(closed_stdout, {"echo", name.str()});
    check_end(program, 1, "cannot write to stdout: Bad file descriptor");
}

BOOST_AUTO_TEST_CASE(a_file_that_may_not_grow_is_a_failure) {
    Program program = tool_with(small_files, {"man"});
    check_end(program, 1, "cannot write to stdout: File too large");
}

BOOST_AUTO_TEST_CASE(a_verdict_is_not_forgotten_because_nobody_reads_it) {
    const UniqueName name;
    const std::string file = "/dev/shm/handoff." + name.str();
    recording_test::write_file(file, recording_test::noise(1000, 1));
    Program program = tool_with(unread, {"doctor"});
    check_end(program, 1, "");
}

BOOST_AUTO_TEST_CASE(a_message_that_stdout_does_not_take_goes_to_another_receiver) {
    for (const Streams& streams : {unread, full_disk}) {
        const UniqueName name;
        Sender sender(name, small_channel());
        send(sender, "precious");
        Program program = tool_with(streams, {"recv", name.str()});
        check_end(program, 1, "The last message goes to another receiver");
        Receiver receiver(name);
        const Request request = receiver.receive(soon).value();
        BOOST_TEST(request.payload().size() == 8U);
        BOOST_TEST(request.deliveries() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_stdout_does_not_take_is_told) {
    const UniqueName name;
    Receiver receiver(name, small_channel());
    Program program = tool_with(unread, {"send", name.str(), "--request", "--lines"}, "one\ntwo\n");
    const std::string answer = "answer";
    receiver.receive(soon).value().processed(std::as_bytes(std::span(answer))).value();
    check_end(program, 1, "the last answer is lost: cannot write to stdout: Broken pipe");
    BOOST_TEST((receiver.receive(soon).error() == Errc::end_of_stream), "the second line was sent, too");
}

BOOST_AUTO_TEST_CASE(words_do_not_land_in_a_recording_that_got_the_number_of_stderr) {
    const recording_test::Folder folder;
    for (const Streams& streams : {all_closed, closed_stderr, closed_stdout}) {
        const UniqueName name;
        Publisher publisher(name, small_topic());
        publish(publisher, "recorded");
        Program program =
            tool_with(streams, {"record", name.str(), "-o", folder / "film.mcap", "--force", "--count", "1"});
        const auto exit = program.wait(soon);
        BOOST_TEST((exit.signal == 0 && exit.code == 0), exit.text() << ": " << program.errors());
        const auto recording = recording_test::read_recording(folder / "film.mcap");
        BOOST_TEST(recording.entries.size() == 1U);
        BOOST_TEST(recording.problems.empty());
        BOOST_TEST(recording.cut_off == "");
        const auto bytes = recording_test::read_file(folder / "film.mcap");
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        BOOST_TEST(text.find("1 message of") == std::string_view::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
