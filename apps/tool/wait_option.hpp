// Waits of verbs that have an option --timeout.
#pragma once

#include "cli/arguments.hpp"
#include "cli/waits.hpp"

namespace handoff::apps::tool {

/// Until --timeout has passed, if it was given, or Ctrl-C.
inline Wait wait_from(const Arguments& arguments) {
    return arguments.given("timeout") ? stoppable(in(arguments.duration("timeout"))) : stoppable();
}

}  // namespace handoff::apps::tool
