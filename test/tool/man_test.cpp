#include "tool/verb.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace man {

using handoff::testing::Program;

std::string page() {
    Program program(HANDOFF_BIN_DIR "/handoff", {"man"});
    BOOST_REQUIRE(program.wait().ok());
    return program.output();
}

/// The page as a person sees it: what groff makes of it, without underlining and line breaks.
std::string formatted() {
    Program groff("groff", {"-man", "-Tascii", "-P-c", "-P-b", "-P-u", "-P-o", "-ww", "-rLL=200n"},
                  {.environment = {}, .working_directory = {}, .input = page()});
    BOOST_REQUIRE_MESSAGE(groff.wait().ok(), groff.errors());
    BOOST_TEST(groff.errors() == "");  // no warning of any kind
    return groff.output();
}

bool is_installed(const std::string& program) {
    Program probe("/bin/sh", {"-c", "command -v " + program});
    return probe.wait().ok();
}

}  // namespace man

BOOST_AUTO_TEST_SUITE(man)

BOOST_AUTO_TEST_CASE(it_has_the_sections_of_a_manual_page) {
    const std::string text = page();
    BOOST_TEST(text.starts_with(".TH HANDOFF 1 "));
    for (const char* section :
         {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "VERBS", "EXIT STATUS", "FILES", "ENVIRONMENT"})
        BOOST_TEST(text.find("\n.SH " + std::string(section) + "\n") != std::string::npos, section);
}

BOOST_AUTO_TEST_CASE(groff_has_nothing_to_complain_of_and_shows_every_verb_and_option) {
    if (!is_installed("groff")) {
        BOOST_TEST_MESSAGE("skipped: groff is not installed");
        return;
    }
    const std::string text = formatted();
    for (const auto* verb : handoff::apps::tool::verbs()) {
        const std::string heading =
            std::string("handoff ") + verb->name + (*verb->operands == '\0' ? "" : " ") + verb->operands;
        BOOST_TEST(text.find("\n   " + heading + "\n") != std::string::npos, heading);
        const auto options = handoff::apps::tool::options_of(*verb);
        const std::size_t begin = text.find("\n   " + heading + "\n");
        const std::string section = text.substr(begin, text.find("\n   handoff ", begin + 1) - begin);
        for (const auto& option : options.options())
            BOOST_TEST((option->long_name() == "help" || section.find("--" + option->long_name()) != std::string::npos),
                       verb->name << " --" << option->long_name());
    }
    for (const char* words : {"-o, --output FILE.mcap\n", "--interval D\n", "(default: 250ms)", "-h, --help\n"})
        BOOST_TEST(text.find(words) != std::string::npos, words);
    BOOST_TEST(text.find("[ --") == std::string::npos);  // how the library of options writes it
    BOOST_TEST(text.find("(=") == std::string::npos);
    BOOST_TEST(text.find("5  finished, but something was lost") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_line_of_a_description_is_taken_for_a_request) {
    // What begins with a dot must be a macro of this page.
    const std::string text = page();
    for (std::size_t at = 0; (at = text.find("\n.", at)) != std::string::npos; ++at) {
        const std::string macro = text.substr(at + 1, text.find_first_of(" \n", at + 1) - at - 1);
        const bool is_known = macro == ".SH" || macro == ".SS" || macro == ".TP" || macro == ".nf" || macro == ".fi" ||
                              macro == ".B" || macro == ".I" || macro == ".RI" || macro == ".br" || macro == ".P";
        BOOST_TEST(is_known, macro);
    }
}

BOOST_AUTO_TEST_SUITE_END()
