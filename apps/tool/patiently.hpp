// Waits of verbs that have an option --timeout.
#pragma once

#include "common/arguments.hpp"
#include "common/patience.hpp"

namespace handoff::apps::tool {

/// Until --timeout has passed, if it was given, or Ctrl-C.
inline Wait patiently(const Arguments& arguments) {
    return arguments.given("timeout") ? stoppable(in(arguments.duration("timeout"))) : stoppable();
}

}  // namespace handoff::apps::tool
