// `receiver` from its options to its exit code.
#pragma once

#include "cli/exit_code.hpp"
#include "receiver/options.hpp"

namespace handoff::apps::receiver {

/// Throws Error for what is refused before the first request.
ExitCode run_receiver(const Options& options);

}  // namespace handoff::apps::receiver
