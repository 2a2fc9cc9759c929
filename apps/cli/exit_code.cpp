#include "cli/exit_code.hpp"

namespace handoff::apps {

ExitCode exit_code_of(const Failure& failure) noexcept {
    if (failure.code().category() != error_category()) return ExitCode::failed;
    switch (static_cast<Errc>(failure.code().value())) {
        case Errc::invalid_argument:
            return ExitCode::usage;
        case Errc::no_such_segment:
            return ExitCode::no_such_channel;
        case Errc::timed_out:
            return ExitCode::timed_out;
        case Errc::permission_denied:
            return ExitCode::permission;
        default:
            return ExitCode::failed;
    }
}

std::string format_exit_codes(bool strict) {
    return std::string(
               "Exit codes:\n"
               "  0  all went well, also when ended with Ctrl-C\n"
               "  1  something failed or was skipped; each case is reported on stderr\n"
               "  2  the command line is not valid\n"
               "  3  no such channel\n"
               "  4  timed out, or no other side\n") +
           (strict ? "  5  finished, but something was lost (with --strict)\n" : "") + "  6  permission denied\n";
}

}  // namespace handoff::apps
