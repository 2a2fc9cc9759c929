// Figures of recovery, as a report: nothing here passes or fails.
#pragma once

#include <string>

namespace handoff::prove {

/// From SIGKILL until the last slot is free again, against the target's memory, and what a look at the living costs, as
/// Markdown.
std::string numbers();

}  // namespace handoff::prove
