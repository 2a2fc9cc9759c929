// Around main: every way out ends in a sentence on stderr and the right exit code.
#pragma once

#include "common/exit_code.hpp"

#include <functional>
#include <string>

namespace handoff::apps {

/// Runs `body`, and turns exceptions into sentences and exit codes. From then on Ctrl-C makes stop_requested() true.
int run_program(const std::string& name, const std::function<ExitCode()>& body) noexcept;

}  // namespace handoff::apps
