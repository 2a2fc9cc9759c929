// What sender and receiver say about themselves: manual page and completion; and how they behave on a terminal.
#include "apps/fixture.hpp"
#include "tool/terminal.hpp"

#include <handoff/topic.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace command_line {

using namespace apps_test;
using handoff::testing::Program;
using handoff::testing::UniqueName;
using tool_test::Terminal;
using Words = std::vector<std::string>;

const Words programs{"sender", "receiver"};

std::string path_of(const std::string& program) {
    return HANDOFF_BIN_DIR "/" + program;
}

/// Asked once for each: loading OpenCV takes a tenth of a second.
const std::string& output_of(const std::string& program, const Words& options) {
    static std::map<std::pair<std::string, Words>, std::string> known;
    std::string& said = known[{program, options}];
    if (!said.empty()) return said;
    Program asked(path_of(program), options);
    require_exit(asked, 0);
    BOOST_TEST(asked.errors() == "");
    return said = asked.output();
}

bool is_installed(const std::string& program) {
    Program probe("/bin/sh", {"-c", "command -v " + program});
    return probe.wait().ok();
}

/// "--channel", "--operation", ...: what --help lists.
Words options_of(const std::string& program) {
    Words options;
    std::istringstream help(output_of(program, {"--help"}));
    for (std::string line; std::getline(help, line);)
        if (line.starts_with("  --")) options.push_back(line.substr(2, line.find(' ', 2) - 2));
    return options;
}

/// What bash offers for the last of these words, as it would put it on the command line.
Words bash_offers(const std::string& program, const Words& words, const std::string& folder) {
    const std::string driver = output_of(program, {"--completion", "bash"}) +
                               "\nCOMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); PATH=" HANDOFF_BIN_DIR ":$PATH\n_" +
                               program +
                               " \"$1\"; (( ${#COMPREPLY[@]} )) && printf '%s\\n' \"${COMPREPLY[@]}\"; exit 0";
    Program bash("bash", Words{"--norc", "-c", driver, "bash", program} + words,
                 {.environment = {}, .working_directory = folder, .input = ""});
    BOOST_REQUIRE_MESSAGE(bash.wait().ok(), bash.errors());
    BOOST_TEST(bash.errors() == "");
    Words offers;
    std::istringstream lines(bash.output());
    for (std::string line; std::getline(lines, line);) offers.push_back(line);
    return offers;
}

}  // namespace command_line

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(the_manual_page_has_every_option_and_groff_nothing_to_complain_of) {
    for (const std::string& program : programs) {
        const std::string page = output_of(program, {"--man"});
        for (const char* section :
             {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "NOTES", "EXIT STATUS", "ENVIRONMENT", "SEE ALSO"})
            BOOST_TEST(page.find("\n.SH " + std::string(section) + "\n") != std::string::npos, section);
        if (!is_installed("groff")) continue;
        Program groff("groff", {"-man", "-Tascii", "-P-c", "-P-b", "-P-u", "-P-o", "-ww", "-rLL=200n"},
                      {.environment = {}, .working_directory = {}, .input = page});
        BOOST_REQUIRE_MESSAGE(groff.wait().ok(), groff.errors());
        BOOST_TEST(groff.errors() == "");
        const std::string text = groff.output();
        for (const std::string& option : options_of(program))
            BOOST_TEST(text.find("\n       " + option) != std::string::npos, program << ' ' << option);
        BOOST_TEST(text.find("--channel NAME\n              the channel (default: frames)\n") != std::string::npos);
        BOOST_TEST(text.find("\n         1  something failed or was skipped") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(bash_offers_what_belongs_there) {
    const Folder folder;
    const UniqueName name("completion");
    const handoff::Publisher publisher(name, {.payload_bytes = 64});
    write_file(folder / "photo's.png", {});
    const std::string part = name.str().substr(0, name.str().size() - 1);
    const Words shells{"bash", "zsh", "fish"};
    const Words nothing;
    const std::vector<std::pair<Words, Words>> rows{
        {{"sender", "--im"}, {"--image-limit"}},
        {{"sender", "pho"}, {"photo's.png"}},
        {{"sender", "--topic", part}, {name.str()}},
        {{"sender", "--topic", "=", part}, {name.str()}},
        {{"sender", "--channel", "w", "--save", "ph"}, {"photo's.png"}},
        {{"sender", "--count", ""}, nothing},
        {{"sender", "--count", "3", "ph"}, {"photo's.png"}},
        {{"sender", "--completion", ""}, shells},
        {{"receiver", ""}, nothing},
        {{"receiver", "--st"}, {"--stay"}},
        {{"receiver", "--channel", part}, {name.str()}},
        {{"receiver", "--operation", "e"}, {"edges", "equalize"}},
        {{"receiver", "--operation", "=", ""}, {"none", "gray", "blur", "edges", "flip", "equalize", "checksum"}},
    };
    for (const auto& [words, offers] : rows)
        BOOST_TEST(bash_offers(words[0], Words(words.begin() + 1, words.end()), folder.str()) == offers,
                   words[0] << ' ' << words[1] << ' ' << words.back());
    for (const std::string& program : programs) {
        const Words options = options_of(program);
        BOOST_TEST(options.size() > 10U);
        BOOST_TEST(bash_offers(program, {"--"}, "") == options, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(the_scripts_for_zsh_and_fish_are_read_where_these_are_installed) {
    for (const std::string& program : programs) {
        const std::string zsh = output_of(program, {"--completion", "zsh"});
        const std::string fish = output_of(program, {"--completion", "fish"});
        for (const std::string& option : options_of(program)) {
            BOOST_TEST(zsh.find("'" + option + "[") != std::string::npos, option);
            BOOST_TEST(fish.find("-l " + option.substr(2) + " ") != std::string::npos, option);
        }
        if (is_installed("zsh")) {
            Program shell("zsh", {"-f", "-c", "autoload -U compinit; compinit -D; eval \"$1\"; print ${_comps[$2]}",
                                  "zsh", zsh, program});
            BOOST_TEST(shell.wait().ok(), shell.errors());
            BOOST_TEST(shell.output() == "_" + program + "\n");
        }
        if (is_installed("fish")) {
            Program shell("fish", {"--no-config", "-c", fish + "\ncomplete -C '" + program + " --operation eq'"});
            BOOST_TEST(shell.wait().ok(), shell.errors());
            if (program == "receiver") BOOST_TEST(shell.output() == "equalize\n");
        }
    }
    Program refused(path_of("sender"), {"--completion", "tcsh"});
    require_exit(refused, 2);
    BOOST_TEST(refused.errors().find("only for bash, zsh and fish") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_is_drawn_where_a_terminal_cannot_draw) {
    const UniqueName name("terminal");
    const Words options{"--topic", name.str(), "--pattern", "8x8", "--count", "3"};
    for (const auto& [type, draws] : {std::pair{"TERM=xterm", true}, {"TERM=dumb", false}, {"TERM=", false}}) {
        Terminal terminal(path_of("sender"), options, 80, 24, {type});
        BOOST_TEST(terminal.wait() == 0);
        const std::string output = terminal.output();
        BOOST_TEST(output.find("3 frames sent") != std::string::npos, output);
        const bool went_back = output.find("frames/s\r ") != std::string::npos;
        BOOST_TEST(went_back == draws, type << ": " << output);
        BOOST_TEST(output.find('\x1b') == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
