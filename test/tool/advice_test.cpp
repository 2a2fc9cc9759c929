// What the tool advises is typed as it stands, and helps.
#include "terminal.hpp"
#include "tool/tool.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

namespace advice_test {

using namespace tool_test;

std::vector<std::string> commands_in(const std::string& text) {
    static const std::regex quoted("`([^`]+)`");
    std::vector<std::string> commands;
    for (std::sregex_iterator at(text.begin(), text.end(), quoted), end; at != end; ++at) commands.push_back((*at)[1]);
    return commands;
}

/// As a person types it, with the tool on the PATH. Fails the test if it ends in an error.
std::string type(const std::string& command) {
    Program shell("/bin/sh", {"-c", "PATH=" HANDOFF_BIN_DIR ":$PATH; " + command});
    const auto exit = shell.wait(soon);
    BOOST_TEST(exit.ok(), command << ": " << exit.text() << "\n" << shell.errors());
    return shell.output();
}

/// Types what stands in backquotes in the text and begins so; at least one does.
void type_what_begins(const std::string& start, const std::string& text) {
    std::size_t typed = 0;
    for (const std::string& command : commands_in(text))
        if (command.starts_with(start)) {
            type(command);
            ++typed;
        }
    BOOST_TEST(typed > 0U, "no advice begins with '" << start << "' in:\n" << text);
}

std::string info_of(const std::string& name) {
    return output_of({"info", name});
}

/// The lines of doctor about one segment, with their advice.
std::string doctor_about(const std::string& name) {
    Program doctor = tool({"doctor"});
    BOOST_TEST_REQUIRE(doctor.wait(soon).signal == 0);
    std::istringstream lines(doctor.output());
    std::string about;
    bool is_meant = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("[")) is_meant = line.find("] " + name + ":") != std::string::npos;
        if (is_meant) about += line + "\n";
    }
    return about;
}

Child::Function taking_one(const std::string& name) {
    return [name](Checkpoints& checkpoints) {
        Receiver receiver(name);
        const Request request = receiver.receive(soon).value();
        checkpoints.stop_at("taken");
    };
}

void send_image(Sender& sender) {
    Loan loan = filled(sender.loan(soon).value(), std::string(4 * 4 * 3, '\7'));
    loan.describe(Image::of(4, 4, Encoding::bgr8)).value();
    sender.send(std::move(loan)).value();
}

/// The tool under the name of another program, in a folder of its own.
struct RenamedTool {
    UniqueName folder;
    std::filesystem::path path;
    explicit RenamedTool(const std::string& program)
        : path(std::filesystem::temp_directory_path() / folder.str() / program) {
        std::filesystem::create_directory(path.parent_path());
        std::filesystem::copy_file(HANDOFF_BIN_DIR "/handoff", path);
    }
    ~RenamedTool() { std::filesystem::remove_all(path.parent_path()); }
};

inspect::Slot only_message(const std::string& name) {
    for (const auto& slot : inspect::Observer(name).report().slot_list)
        if (slot.state != inspect::SlotState::free) return slot;
    return {};
}

}  // namespace advice_test

BOOST_AUTO_TEST_SUITE(advice_test)

BOOST_AUTO_TEST_CASE(a_sender_without_a_receiver_is_named_by_every_verb_that_looks) {
    const UniqueName name;
    const Sender sender(name, small_channel());
    const std::string info = info_of(name.str());
    TOOL_TEST_CONTAINS(info, "no receiver: nothing would take what 1 sender may send");
    TOOL_TEST_CONTAINS(info, "does it use this name, '" + name.str() + "'?");
    TOOL_TEST_CONTAINS(output_of({"ls", name.str(), "--interval", "1ms"}), "1 sender, no receiver");
    TOOL_TEST_CONTAINS(doctor_about(name.str()), "no receiver");
    type_what_begins("handoff ls", info);
}

BOOST_AUTO_TEST_CASE(whoever_is_alone_on_a_topic_is_told_whom_it_waits_for) {
    const UniqueName name;
    {
        Publisher publisher(name, small_topic());
        TOOL_TEST_CONTAINS(info_of(name.str()), "no subscriber: 1 publisher, and nothing was published yet");
        TOOL_TEST_CONTAINS(output_of({"ls", name.str(), "--interval", "1ms"}), "1 publisher, no subscriber");
        publish(publisher, "x");  // from now on a reader may copy without being seen
        TOOL_TEST_CONTAINS(info_of(name.str()), "nothing looks wrong");
    }
    const Subscriber subscriber(name, small_topic());
    TOOL_TEST_CONTAINS(info_of(name.str()), "no publisher: nothing was published yet");
}

BOOST_AUTO_TEST_CASE(the_lost_receiver_is_named_and_no_advice_takes_messages_away) {
    const UniqueName name;
    const RenamedTool detector("detector");
    Sender sender(name, small_channel());
    Program receiving(detector.path.string(), {"recv", name.str()}, {});
    BOOST_TEST_REQUIRE(sender.wait_for_receiver(soon).has_value());
    receiving.kill();
    const std::string pid = std::to_string(receiving.pid());
    const std::string dead = info_of(name.str());
    TOOL_TEST_CONTAINS(dead, "start detector again: it was the receiver (pid " + pid + ") and died");
    send(sender, "unread");
    const auto is_recovered = [&] {  // a wait that finds nothing checks for the dead
        (void)sender.wait_for_receiver(Deadline(std::chrono::steady_clock::now() + 10ms));
        return inspect::Observer(name).report().participants.size() == 1;
    };
    HANDOFF_REQUIRE_EVENTUALLY(is_recovered());
    const std::string gone = info_of(name.str());
    TOOL_TEST_CONTAINS(gone, "no receiver: 1 message unread");
    TOOL_TEST_CONTAINS(gone, "Start it again: detector (pid " + pid + ")");
    words_of({"recv", name.str(), "--count", "1"}, 0);  // the tool itself is not what is missing
    TOOL_TEST_CONTAINS(info_of(name.str()), "start the receiver. If it runs");
    BOOST_TEST(!contains(dead + gone, "handoff recv"));
}

/// A segment keeps 31 bytes of the name: the 31st may be half a character.
BOOST_AUTO_TEST_CASE(a_program_is_called_by_its_name_in_any_language) {
    const std::string umlauts = "\xc3\xa4\xc3\xb6\xc3\xbc", cut = "detector-of-thirty-bytes-" + umlauts;
    for (const auto& [program, shown] : {std::pair("d\xc3\xa9tecteur-" + umlauts, "d\xc3\xa9tecteur-" + umlauts),
                                         {cut.substr(1) + "\xc3\xa4", cut.substr(1)}}) {
        const UniqueName name;
        const RenamedTool renamed(program);
        Sender sender(name, small_channel());
        const Program receiving(renamed.path.string(), {"recv", name.str()}, {});
        BOOST_TEST_REQUIRE(sender.wait_for_receiver(soon).has_value());
        TOOL_TEST_CONTAINS(info_of(name.str()), "  " + shown + "  ");
        TOOL_TEST_CONTAINS(output_of({"info", name.str(), "--json", "--interval", "1ms"}), "\"" + shown + "\"");
        TOOL_TEST_CONTAINS(output_of({"metrics", name.str(), "--participants"}), "program=\"" + shown + "\"");
    }
}

BOOST_AUTO_TEST_CASE(who_is_stopped_goes_on_as_advised_and_a_timeout_names_it) {
    const UniqueName name;
    Sender sender(name, small_channel());
    Child stopped(taking_one(name.str()));
    send(sender, "message");
    stopped.wait_for("taken");
    BOOST_TEST_REQUIRE(kill(stopped.pid(), SIGSTOP) == 0);
    HANDOFF_REQUIRE_EVENTUALLY(contains(info_of(name.str()), "is stopped"));
    const std::string timeout = words_of({"send", name.str(), "--request", "--timeout", "20ms"}, 4, "ask");
    TOOL_TEST_CONTAINS(timeout, "(pid " + std::to_string(stopped.pid()) + ") is stopped");
    type_what_begins("kill -CONT", timeout);
    HANDOFF_CHECK_EVENTUALLY(!contains(info_of(name.str()), "is stopped"));
    BOOST_TEST(!contains(words_of({"send", name.str(), "--request", "--timeout", "20ms"}, 4, "ask"), "is stopped"));
    BOOST_TEST_REQUIRE(kill(stopped.pid(), SIGSTOP) == 0);
    HANDOFF_REQUIRE_EVENTUALLY(contains(info_of(name.str()), "is stopped"));
    type_what_begins("kill -CONT", info_of(name.str()));
    HANDOFF_CHECK_EVENTUALLY(!contains(info_of(name.str()), "is stopped"));
    stopped.kill();
}

BOOST_AUTO_TEST_CASE(what_the_dead_left_goes_as_advised) {
    const UniqueName name;
    Child dying([&](Checkpoints& checkpoints) {
        Sender sender(name, small_channel());
        send(sender, "unread");
        checkpoints.stop_at("sent");
    });
    dying.wait_for("sent");
    dying.kill();
    type_what_begins("handoff clean", info_of(name.str()));
    const std::string kept = output_of({"clean", name.str()});
    TOOL_TEST_CONTAINS(kept, "1 unread message");
    type_what_begins("handoff rm", kept);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_damaged_one_goes_as_doctor_advises_whether_or_not_it_is_in_use) {
    for (const bool is_in_use : {false, true}) {
        const UniqueName name;
        auto options = small_channel();
        options.lifetime = Lifetime::persistent;
        auto sender = std::make_unique<Sender>(name, options);
        std::fstream file("/dev/shm/handoff." + name.str(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(8) << "\x7f";  // its layout's version
        file.close();
        const std::string advice = doctor_about(name.str());
        if (!is_in_use) sender.reset();
        const auto commands = commands_in(advice);
        BOOST_TEST_REQUIRE(commands.size() == 2U, advice);
        if (is_in_use) {
            TOOL_TEST_CONTAINS(words_of({"rm", name.str()}, 1), "is in use");
            type(commands[1]);
        } else {
            type(commands[0]);
        }
        BOOST_TEST(name.left_behind().empty(), advice);
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_segment_goes_as_doctor_advises) {
    const UniqueName name;
    std::ofstream("/dev/shm/handoff." + name.str()) << std::string(5000, '.');
    type_what_begins("rm ", doctor_about(name.str()));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(images_are_not_written_to_a_terminal_and_stay_where_they_are) {
    const UniqueName name;
    Sender sender(name, small_channel());
    send_image(sender);
    Terminal terminal(HANDOFF_BIN_DIR "/handoff", {"recv", name.str()});
    BOOST_TEST(terminal.wait() == 2);
    const std::string screen = terminal.output();
    TOOL_TEST_CONTAINS(screen, "holds images (4x4 bgr8)");
    BOOST_TEST(!contains(screen, "\7"), "pixels went to the terminal");
    const auto message = only_message(name.str());
    BOOST_TEST((message.state == inspect::SlotState::ready));
    BOOST_TEST(message.deliveries == 0U);
    const std::string picture = std::filesystem::temp_directory_path() / (name.str() + ".png");
    type("cd '" + std::filesystem::temp_directory_path().string() + "' && handoff snap " + name.str() + " " +
         name.str() + ".png");
    TOOL_TEST_CONTAINS(screen, "`handoff snap " + name.str() + " " + name.str() + ".png`");
    BOOST_TEST(std::filesystem::remove(picture));
    TOOL_TEST_CONTAINS(words_of({"recv", name.str(), "--count", "1"}, 0), "for good");  // not on a terminal: as ever
}

BOOST_AUTO_TEST_CASE(an_image_that_comes_later_goes_back_to_the_others) {
    const UniqueName name;
    Sender sender(name, small_channel());
    Terminal terminal(HANDOFF_BIN_DIR "/handoff", {"recv", name.str()});
    BOOST_TEST_REQUIRE(sender.wait_for_receiver(soon).has_value());
    send_image(sender);
    BOOST_TEST(terminal.wait() == 2);
    TOOL_TEST_CONTAINS(terminal.output(), "the message goes to another receiver");
    BOOST_TEST((only_message(name.str()).state == inspect::SlotState::ready));
}

BOOST_AUTO_TEST_CASE(a_recording_without_its_end_is_repaired_as_info_advises) {
    const UniqueName name;
    const std::string base = std::filesystem::temp_directory_path() / name.str();
    const std::string path = base + ".mcap", repaired = base + "-repaired.mcap";
    Publisher publisher(name, small_topic());
    publish(publisher, "kept");
    words_of({"record", name.str(), "-o", path, "--count", "1"}, 0);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 50);
    type_what_begins("handoff repair", output_of({"info", path}));
    const std::string whole = output_of({"info", repaired});
    TOOL_TEST_CONTAINS(whole, ", complete");
    TOOL_TEST_CONTAINS(whole, "nothing looks wrong");
    type("handoff repair '" + repaired + "'");  // looks at the checksums, too: nothing is to be done
    std::filesystem::remove(path);
    std::filesystem::remove(repaired);
}

BOOST_AUTO_TEST_CASE(who_asks_for_a_picture_that_is_not_there_yet_is_shown_who_is) {
    const UniqueName name;
    const Publisher publisher(name, small_topic());
    const std::string words = words_of({"snap", name.str(), "-", "--timeout", "1ms"}, 4);
    type_what_begins("handoff info", words);
    TOOL_TEST_CONTAINS(info_of(name.str()), "publisher");
}

BOOST_AUTO_TEST_CASE(a_segment_that_everybody_left_goes_as_doctor_advises) {
    const UniqueName name;
    {
        Sender sender(name, small_channel());
        send(sender, "unread");  // or the name would go with the last one
    }
    const std::string left = doctor_about(name.str());
    TOOL_TEST_CONTAINS(left, "no participant is left");
    type_what_begins("handoff clean", left);
    type_what_begins("handoff rm", output_of({"clean", name.str()}));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_terminal_that_cannot_be_drawn_on_is_shown_the_same_once) {
    const UniqueName name;
    const Publisher publisher(name, small_topic());
    Terminal dumb(HANDOFF_BIN_DIR "/handoff", {"top"}, 80, 24, {"TERM=dumb"});
    BOOST_TEST(dumb.wait() == 1);
    for (const std::string& command : commands_in(dumb.output())) TOOL_TEST_CONTAINS(type(command), name.str());
    BOOST_TEST(commands_in(dumb.output()).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_limit_on_files_is_lifted_as_doctor_advises) {
    Program limited("/bin/sh", {"-c", "ulimit -S -f 1000; " HANDOFF_BIN_DIR "/handoff doctor"});
    BOOST_TEST_REQUIRE(limited.wait(soon).signal == 0);
    std::string advice;
    for (const std::string& command : commands_in(limited.output()))
        if (command.starts_with("ulimit")) advice = command;
    BOOST_TEST(advice == "ulimit -f unlimited");
    const std::string lifted = type("ulimit -S -f 1000; " + advice + "; handoff doctor || true");
    BOOST_TEST(!contains(lifted, "ulimit"));
}

BOOST_AUTO_TEST_CASE(a_name_that_was_misspelled_is_corrected_by_every_verb) {
    const UniqueName name;
    const Sender sender(name, small_channel());
    const std::string meant = "did you mean '" + name.str() + "'?", wrong = name.str() + "s";
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"info", wrong}, {"ls", wrong}, {"hz", wrong}, {"rm", wrong}, {"clean", wrong}, {"recv", wrong}})
        TOOL_TEST_CONTAINS(words_of(words, 3), meant);
    TOOL_TEST_CONTAINS(words_of({"snap", wrong, "x.png"}, 3), meant);
    const std::string waiting = words_of({"recv", wrong, "--timeout", "50ms"}, 3);  // a wait names what it waits for
    TOOL_TEST_CONTAINS(waiting, "waiting for '" + wrong + "' to be created; " + meant);
}

BOOST_AUTO_TEST_CASE(a_segment_on_the_classic_pair_is_noted) {
    const UniqueName name("classic");
    const Sender sender(name, {.payload_bytes = 8, .sync = Sync::boost});
    BOOST_TEST(info_of(name.str()).find(", sync boost") != std::string::npos);
    BOOST_TEST(doctor_about(name.str()).find("create it with sync futex, the default") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
