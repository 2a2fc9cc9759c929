// stdin that is endless, no file, or not there; and files that are pipes.
#include "tool/tool.hpp"

#include "testing/streams.hpp"
#include "tool/record_play_fixture.hpp"

#include <sys/stat.h>

#include <csignal>

namespace input_test {

using namespace tool_test;
using namespace handoff::test;

#ifdef __SANITIZE_ADDRESS__
constexpr const char* limit = "";  // it takes terabytes of address space for itself
#else
constexpr const char* limit = "ulimit -v 400000;";
#endif

/// With so little address space that keeping all of an endless stdin fails in another way.
Program sending(const std::string& from, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "send");
    return start_with({limit, from}, HANDOFF_BIN_DIR "/handoff", arguments);
}

void check_refused(Program& program, int code, const std::string& words) {
    const auto exit = program.wait(soon);
    BOOST_TEST((exit.signal == 0 && exit.code == code), exit.text() << ": " << program.errors());
    TOOL_TEST_CONTAINS(program.errors(), words);
    for (const char* count : {"message sent", "messages sent"})
        BOOST_TEST(!contains(program.errors(), count), program.errors());
}

}  // namespace input_test

BOOST_AUTO_TEST_SUITE(input_test)

BOOST_AUTO_TEST_CASE(an_endless_stdin_is_refused_as_soon_as_it_does_not_fit) {
    const UniqueName channel, topic, value;
    Sender sender(channel, small_channel());
    const Publisher publisher(topic, small_topic());
    const LatestBytes latest(value, {.capacity_bytes = 64});
    for (const auto& [name, bytes] : {std::pair{&channel, "1000"}, {&topic, "1000"}, {&value, "64"}}) {
        const std::string fits = std::string(" is longer than ") + bytes + " bytes, which is what a message of '" +
                                 name->str() + "' can have: it was not sent";
        Program whole = sending("</dev/zero", {name->str()});
        check_refused(whole, 1, "what stdin holds" + fits);
        Program line = sending("</dev/zero", {name->str(), "--lines"});
        check_refused(line, 1, "line 1 of stdin" + fits);
    }
    BOOST_TEST(sender.state().free == 4U);
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_must_hold_of_a_segment_that_exists) {
    const UniqueName channel, topic, value;
    const Sender sender(channel, small_channel());
    const Publisher publisher(topic, small_topic());
    const LatestBytes latest(value, {.capacity_bytes = 64});
    TOOL_TEST_CONTAINS(words_of({"send", channel.str(), "--slots", "5"}, 1, "x"), "slot_count = 4 (at least 5");
    TOOL_TEST_CONTAINS(words_of({"send", topic.str(), "--slots", "1000"}, 1, "x"), "history");
    for (const auto* name : {&channel, &topic, &value})
        TOOL_TEST_CONTAINS(words_of({"send", name->str(), "--payload-bytes", "1001"}, 1, "x"), "1001");
    BOOST_TEST(sender.state().free == 4U);
    TOOL_TEST_CONTAINS(words_of({"send", channel.str(), "--slots", "4", "--payload-bytes", "1000"}, 0, "x"),
                       "1 message");
}

BOOST_AUTO_TEST_CASE(an_endless_stdin_creates_nothing) {
    const UniqueName name;
    Program unasked = sending("</dev/zero", {name.str()});
    check_refused(unasked, 1, "which is what is taken without --payload-bytes");
    Program asked = sending("</dev/zero", {name.str(), "--payload-bytes", "2k"});
    check_refused(asked, 1, "longer than 2000 bytes, which is what --payload-bytes allows");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(lines_before_one_that_is_too_long_are_sent_and_counted) {
    const UniqueName name;
    Receiver receiver(name, small_channel());
    const std::string lines = "one\n" + std::string(1000, 'x') + "\n" + std::string(1001, 'y') + "\nfour\n";
    const std::string words = words_of({"send", name.str(), "--lines"}, 1, lines);
    TOOL_TEST_CONTAINS(words, "2 messages sent\n");
    TOOL_TEST_CONTAINS(words, "line 3 of stdin is longer than 1000 bytes");
    for (const std::size_t bytes : {3U, 1000U}) {
        Request request = receiver.receive(soon).value();
        BOOST_TEST(request.payload().size() == bytes);
        request.processed().value();
    }
    BOOST_TEST((receiver.receive(soon).error() == Errc::end_of_stream));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_not_an_empty_message) {
    for (const std::vector<std::string>& how : {std::vector<std::string>{}, {"--lines"}}) {
        const UniqueName name;
        std::vector<std::string> arguments{name.str()};
        arguments.insert(arguments.end(), how.begin(), how.end());
        Program folder = sending("</", arguments);
        check_refused(folder, 1, "cannot read stdin: Is a directory");
        Program closed = sending("<&-", arguments);
        check_refused(closed, 1, "cannot read stdin: Bad file descriptor");
        BOOST_TEST(name.left_behind().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_signal_ends_the_wait_for_stdin) {
    const UniqueName name;
    const recording_test::Folder folder;
    BOOST_TEST_REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    Program program =
        start_with({"", "<>'" + (folder / "pipe") + "'"}, HANDOFF_BIN_DIR "/handoff", {"send", name.str(), "--lines"});
    HANDOFF_CHECK_EVENTUALLY(!inspect::find(name.str()).empty() &&
                             inspect::Observer(name).report().participants.size() == 1);
    program.signal(SIGTERM);
    const auto exit = program.wait(soon);
    BOOST_TEST(exit.ok(), exit.text());
    TOOL_TEST_CONTAINS(program.errors(), "0 messages sent");
}

BOOST_AUTO_TEST_CASE(a_recording_is_not_read_from_a_pipe_and_not_written_to_one_without_a_reader) {
    const UniqueName name;
    const Publisher publisher(name, small_topic());
    const recording_test::Folder folder;
    const std::string pipe = folder / "pipe";
    BOOST_TEST_REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    TOOL_TEST_CONTAINS(words_of({"play", pipe}, 1), "a recording is read from both ends");
    TOOL_TEST_CONTAINS(words_of({"play", "/dev/zero"}, 1), "a recording is read from both ends");
    TOOL_TEST_CONTAINS(words_of({"record", name.str(), "-o", pipe, "--force"}, 1), "No process reads from that pipe");
}

BOOST_AUTO_TEST_SUITE_END()
