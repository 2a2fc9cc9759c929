#include "tool/verb.hpp"

#include "not_printed.hpp"

#include <handoff/testing.hpp>
#include <handoff/topic.hpp>

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace completion {

using handoff::testing::Program;
using handoff::testing::UniqueName;
using Words = std::vector<std::string>;

const std::string tool = HANDOFF_BIN_DIR "/handoff";

/// A folder with a program of the name handoff in it, that knows segments of these names.
class FakeTool {
public:
    explicit FakeTool(const Words& names) {
        std::string pattern = (std::filesystem::temp_directory_path() / "handoff-completion-XXXXXX").string();
        BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
        folder_ = pattern;
        std::ofstream list(folder_ / "names");
        for (const std::string& name : names) list << name << '\n';
        std::ofstream(program()) << "#!/bin/sh\n[ \"$*\" = 'ls --names' ] && exec cat '" << folder_.string()
                                 << "/names'\n";
        std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
    }
    ~FakeTool() { std::filesystem::remove_all(folder_); }
    FakeTool(const FakeTool&) = delete;
    FakeTool& operator=(const FakeTool&) = delete;
    std::string program() const { return (folder_ / "handoff").string(); }
    std::string folder() const { return folder_.string(); }

private:
    std::filesystem::path folder_;
};

std::string script(const std::string& shell) {
    Program program(tool, {"completion", shell});
    BOOST_REQUIRE(program.wait().ok());
    return program.output();
}

Words lines(const std::string& text) {
    Words all;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    return all;
}

/// What bash offers for the last of these words, as it would put it on the command line.
Words bash_offers(const std::string& program, const Words& words, const std::string& folder = "") {
    const std::string driver =
        script("bash") +
        "\nprogram=$1; shift; COMP_WORDS=(\"$program\" \"$@\"); COMP_CWORD=$#\n"
        "_handoff \"$program\"; (( ${#COMPREPLY[@]} )) && printf '%s\\n' \"${COMPREPLY[@]}\"; exit 0";
    Words arguments{"--norc", "-c", driver, "bash", program};
    arguments.insert(arguments.end(), words.begin(), words.end());
    Program bash("bash", arguments, {.environment = {}, .working_directory = folder, .input = ""});
    BOOST_REQUIRE_MESSAGE(bash.wait().ok(), bash.errors());
    BOOST_TEST(bash.errors() == "");
    return lines(bash.output());
}

bool is_installed(const std::string& shell) {
    Program probe("/bin/sh", {"-c", "command -v " + shell});
    return probe.wait().ok();
}

}  // namespace completion

BOOST_AUTO_TEST_SUITE(completion)

BOOST_AUTO_TEST_CASE(bash_offers_verbs_then_their_options) {
    Words verbs;
    for (const auto* verb : handoff::apps::tool::verbs()) verbs.emplace_back(verb->name);
    verbs.insert(verbs.end(), {"help", "--help", "--version"});
    BOOST_TEST((bash_offers(tool, {""}) == verbs));
    BOOST_TEST((bash_offers(tool, {"to"}) == Words{"top"}));
    BOOST_TEST((bash_offers(tool, {"top", "--"}) == Words{"--interval", "--help"}));
    BOOST_TEST((bash_offers(tool, {"top", "--in"}) == Words{"--interval"}));
    BOOST_TEST((bash_offers(tool, {"help", "met"}) == Words{"metrics"}));
    BOOST_TEST((bash_offers(tool, {"completion", ""}) == Words{"bash", "zsh", "fish"}));
    BOOST_TEST((bash_offers(tool, {"nonsense", ""}).empty()));
    BOOST_TEST((bash_offers(tool, {"man", ""}).empty()));
}

BOOST_AUTO_TEST_CASE(every_option_of_every_verb_is_offered) {
    for (const auto* verb : handoff::apps::tool::verbs()) {
        const auto offers = bash_offers(tool, {verb->name, "--"});
        const auto options = handoff::apps::tool::options_of(*verb);
        for (const auto& option : options.options())
            BOOST_TEST((std::find(offers.begin(), offers.end(), "--" + option->long_name()) != offers.end()),
                       verb->name << " --" << option->long_name());
    }
}

BOOST_AUTO_TEST_CASE(bash_offers_the_names_of_segments_that_exist) {
    const UniqueName name("completion");
    const handoff::Publisher publisher(name, {.payload_bytes = 64});
    const std::string part = name.str().substr(0, name.str().size() - 1);
    BOOST_TEST((bash_offers(tool, {"info", part}) == Words{name.str()}));
    BOOST_TEST((bash_offers(tool, {"rm", "--force", name.str()}) == Words{name.str()}));
    BOOST_TEST((bash_offers(tool, {"doctor", part}).empty()));
}

BOOST_AUTO_TEST_CASE(a_value_is_no_option_and_files_are_offered_where_files_belong) {
    const FakeTool fake({"frames"});
    const Words sources{"top", "--interval", ""};
    BOOST_TEST((bash_offers(fake.program(), sources).empty()));
    BOOST_TEST((bash_offers(fake.program(), {"top", "--interval", "=", ""}).empty()));
    BOOST_TEST((bash_offers(fake.program(), {"top", ""}) == Words{"frames"}));
    const Words files = bash_offers(fake.program(), {"play", fake.folder() + "/na"});
    BOOST_TEST((files == Words{fake.folder() + "/names"}));
}

BOOST_AUTO_TEST_CASE(each_operand_is_offered_what_belongs_in_its_place) {
    const FakeTool fake({"frames"});
    const std::string part = fake.folder() + "/na";
    const Words none, names{"frames"}, files{fake.folder() + "/names"};
    const std::vector<std::pair<Words, Words>> rows{
        {{"snap", ""}, names},
        {{"snap", "frames", part}, files},
        {{"snap", "--raw", "frames", part}, files},
        {{"snap", "--timeout", "2s", ""}, names},
        {{"snap", "--timeout", "=", "2s", ""}, names},
        {{"snap", "--timeout", "2s", "frames", part}, files},
        {{"snap", "frames", "x.png", ""}, none},
        {{"rm", "a", "b", ""}, names},
        {{"record", "-o", "x.mcap", "a", ""}, names},
        {{"record", "a", "-o", part}, files},
        {{"plan", "64Ki", ""}, none},
        {{"completion", "bash", ""}, none},
        {{"top", "frames", ""}, none},
    };
    for (const auto& [words, offers] : rows)
        BOOST_TEST((bash_offers(fake.program(), words, fake.folder()) == offers), words.front() << ' ' << words.back());
}

BOOST_AUTO_TEST_CASE(a_hostile_name_is_offered_quoted_and_never_run) {
    const FakeTool fake({"$(touch pwned)", "`touch pwned`", "a b", "'; touch pwned '"});
    const Words offers = bash_offers(fake.program(), {"info", ""}, fake.folder());
    BOOST_TEST(!std::filesystem::exists(fake.folder() + "/pwned"));
    const Words expected{"\\$\\(touch\\ pwned\\)", "\\`touch\\ pwned\\`", "a\\ b", "\\'\\;\\ touch\\ pwned\\ \\'"};
    BOOST_TEST((offers == expected));
}

BOOST_AUTO_TEST_CASE(without_the_program_there_are_no_names_and_no_noise) {
    BOOST_TEST((bash_offers("/nowhere/handoff", {"info", ""}).empty()));
}

BOOST_AUTO_TEST_CASE(zsh_can_read_its_script) {
    if (!is_installed("zsh")) {
        BOOST_TEST_MESSAGE("skipped: zsh is not installed");
        return;
    }
    Program zsh("zsh", {"-f", "-c", "autoload -U compinit; compinit -D; eval \"$1\"; print ${_comps[handoff]}", "zsh",
                        script("zsh")});
    BOOST_TEST(zsh.wait().ok(), zsh.errors());
    BOOST_TEST(zsh.output() == "_handoff\n");
    BOOST_TEST(zsh.errors() == "");
}

BOOST_AUTO_TEST_CASE(fish_offers_verbs_options_and_names) {
    if (!is_installed("fish")) {
        BOOST_TEST_MESSAGE("skipped: fish is not installed");
        return;
    }
    const FakeTool fake({"frames", "$(touch pwned)"});
    const std::string ask = script("fish") + "\nset PATH " + fake.folder() + " $PATH\ncomplete -C \"handoff $argv[1]\"";
    const auto offers = [&](const std::string& words) {
        Program fish("fish", {"--no-config", "-c", ask, words},
                     {.environment = {}, .working_directory = fake.folder(), .input = ""});
        BOOST_TEST(fish.wait().ok(), fish.errors());
        BOOST_TEST(fish.errors() == "");
        return fish.output();
    };
    BOOST_TEST(offers("to").starts_with("top\t"));
    BOOST_TEST(offers("info ").find("frames") != std::string::npos);
    BOOST_TEST(offers("info ").find("$(touch pwned)") != std::string::npos);
    BOOST_TEST(offers("top --in").find("--interval") != std::string::npos);
    BOOST_TEST(offers("rm a b ").find("frames") != std::string::npos);
    BOOST_TEST(offers("snap --timeout 2s ").find("frames") != std::string::npos);
    BOOST_TEST(offers("snap frames ").find("frames") == std::string::npos);
    BOOST_TEST(offers("snap frames na").find("names") != std::string::npos);
    BOOST_TEST(!std::filesystem::exists(fake.folder() + "/pwned"));
}

BOOST_AUTO_TEST_CASE(an_unknown_shell_is_refused) {
    Program program(tool, {"completion", "tcsh"});
    BOOST_TEST(program.wait().code == 2);
    BOOST_TEST(program.errors().find("bash, zsh and fish") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
