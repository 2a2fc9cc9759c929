// Ctrl-C, SIGTERM and a closed terminal: the first one asks the program to end, the second one ends it at once.
#pragma once

#include <handoff/wait.hpp>

#include <stop_token>

namespace handoff::apps {

/// From now on the first such signal stops stop_token(); the next one does what it does to any program. Throws Error.
void catch_stop_signals();

/// For the waits of the library. Never stopped before catch_stop_signals().
const std::stop_token& stop_token() noexcept;
/// True once the program was asked to end.
inline bool stop_requested() noexcept {
    return stop_token().stop_requested();
}

}  // namespace handoff::apps
