// handoff(1), made from the tables of the verbs.
#include "tool/verbs.hpp"

#include <handoff/version.hpp>

#include <boost/program_options/value_semantic.hpp>

#include <iostream>
#include <sstream>
#include <string>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

/// Text as roff takes it: no backslash, hyphen or dot at the front means anything.
std::string roff(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) escaped += "\\&";
        if (c == '\\')
            escaped += "\\e";
        else if (c == '-')
            escaped += "\\-";
        else if (c == '\'')
            escaped += "\\(aq";
        else
            escaped += c;
    }
    return escaped;
}

void print_option(const po::option_description& option) {
    std::string name = option.format_name();
    std::cout << ".TP\n\\fB" << roff(name) << "\\fR";
    if (option.semantic()->max_tokens() > 0) std::cout << " \\fI" << roff(option.format_parameter()) << "\\fR";
    std::cout << "\n" << roff(option.description()) << "\n";
}

/// Lines are filled as wide as the page is, but those that are indented stay as they are.
void print_sentences(const std::string& text) {
    std::istringstream lines(text);
    bool is_filled = true;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(' ') == is_filled) {
            std::cout << (is_filled ? ".nf\n" : ".fi\n");
            is_filled = !is_filled;
        }
        std::cout << roff(line) << "\n";
    }
    if (!is_filled) std::cout << ".fi\n";
}

void print_verb(const Verb& verb) {
    std::cout << ".SS \"handoff " << verb.name << (*verb.operands == '\0' ? "" : " ") << roff(verb.operands) << "\"\n";
    print_sentences(verb.description);
    const po::options_description options = options_of(verb);
    for (const auto& option : options.options())
        if (option->long_name() != "help") print_option(*option);
}

constexpr const char* files = R"(.SH FILES
.TP
\fI/dev/shm/handoff.NAME\fR
the segment NAME
.TP
\fI/dev/shm/handoff.NAME.lock\fR
whoever takes part in it holds a byte of this file, and the kernel frees it when they die
.SH ENVIRONMENT
.TP
.B NO_COLOR
no colours, if it is set to anything
.TP
.B TERM
type of the terminal, for \fBtop\fR
)";

ExitCode run(const Invocation&) {
    std::cout
        << ".TH HANDOFF 1 \"\" \"handoff " << roff(HANDOFF_VERSION) << "\" \"User Commands\"\n"
        << ".SH NAME\nhandoff \\- look at channels, topics and latest values in shared memory\n"
        << ".SH SYNOPSIS\n.B handoff\n.I VERB\n.RI [ OPTION ...]\n.RI [ WORD ...]\n.br\n.B handoff help\n.I VERB\n"
        << ".SH DESCRIPTION\nShows and explains what goes on in segments, without disturbing those who use them;\n"
        << "cleans up after the dead, records and plays.\nData goes to stdout, words go to stderr.\n"
        << ".SH VERBS\n";
    for (const Verb* verb : verbs()) print_verb(*verb);
    std::cout << ".SH EXIT STATUS\n";
    const std::string codes = exit_codes_in_words(true);
    print_sentences(codes.substr(codes.find('\n') + 1));
    std::cout << files;
    return ExitCode::ok;
}

}  // namespace

const Verb man{.name = "man",
               .operands = "",
               .least_operands = 0,
               .most_operands = 0,
               .completes = Operand::none,
               .summary = "the manual page, for 'man -l -'",
               .description =
                   "Prints the manual page handoff(1):\n"
                   "  handoff man | man -l -\n"
                   "  handoff man > /usr/local/share/man/man1/handoff.1",
               .add_options = nullptr,
               .run = run};

}  // namespace handoff::apps::tool
