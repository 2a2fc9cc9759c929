// Who takes part: every program in the directory of contenders.
#pragma once

#include <string>
#include <vector>

#include "harness/trial.hpp"

namespace bench {

/// Asks each program there who it is; the limit comes first, then handoff, then the rivals by name. Throws
/// std::runtime_error if the limit is not there.
std::vector<Entrant> entrants_in(const std::string& directory);
/// The directory beside this program.
std::string default_directory();
/// Rivals of which CMake did not find the library, with what to install.
std::vector<std::string> rivals_not_built();

}  // namespace bench
