// Background threads of the library in a user's process.
#pragma once

#include <functional>

namespace handoff::detail::platform {

/// Runs `body` in a detached thread. All signals but those of its own faults are blocked in it: they go to the threads
/// of the program, as its author expects. Throws Error(system), naming `what_for`, if no thread can be created.
void start_background_thread(std::function<void()> body, const char* what_for);

}  // namespace handoff::detail::platform
