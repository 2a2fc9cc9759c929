// Around main: every way out ends in a sentence on stderr and the right exit code.
#pragma once

#include "cli/exit_code.hpp"

#include <functional>
#include <string>

namespace handoff::apps {

/// Runs `body`, and turns exceptions into sentences and exit codes; what stdout did not take is a failure, unless
/// its reader has left. From then on Ctrl-C makes stop_requested() true, a segment that is cut short, a pipe
/// without a reader and a file that may not grow are errors, and stdin, stdout and stderr are taken. Call it before
/// anything is opened.
int run_program(const std::string& name, const std::function<ExitCode()>& body) noexcept;

}  // namespace handoff::apps
