// handoff(1), made from the tables of the verbs.
#include "cli/roff.hpp"
#include "tool/verbs.hpp"

#include <handoff/version.hpp>

#include <iostream>
#include <string>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

void print_verb(const Verb& verb) {
    std::cout << ".SS \"handoff " << verb.name << (*verb.operands == '\0' ? "" : " ") << roff(verb.operands) << "\"\n";
    std::cout << sentences_in_roff(verb.description);
    const po::options_description options = options_of(verb);
    for (const auto& option : options.options())
        if (option->long_name() != "help") std::cout << option_in_roff(*option);
}

constexpr const char* common_options = R"(.SH OPTIONS
Each verb has its own, see there. All of them know
.TP
\fB\-h\fR, \fB\-\-help\fR
what the verb does, and its options
.P
and without a verb there are
.TP
\fB\-h\fR, \fB\-\-help\fR
the verbs and the exit codes
.TP
\fB\-\-version\fR
the version
)";

constexpr const char* files = R"(.SH FILES
.TP
\fI/dev/shm/handoff.NAME\fR
the segment NAME; each participant holds a lock on one byte of it, which the kernel releases when the process dies
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
        << ".SH DESCRIPTION\nShows and explains what happens in segments, without disturbing their participants;\n"
        << "cleans up after the dead, records and plays.\nData goes to stdout, messages go to stderr.\n"
        << common_options << ".SH VERBS\n";
    for (const Verb* verb : verbs()) print_verb(*verb);
    std::cout << ".SH EXIT STATUS\n";
    const std::string codes = format_exit_codes(true);
    std::cout << sentences_in_roff(codes.substr(codes.find('\n') + 1)) << files;
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
