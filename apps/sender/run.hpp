// `sender` from its options to its exit code.
#pragma once

#include "cli/exit_code.hpp"
#include "sender/options.hpp"

namespace handoff::apps::sender {

/// Throws Error and UsageError for what is refused before the first frame.
ExitCode run_sender(const Options& options);

}  // namespace handoff::apps::sender
