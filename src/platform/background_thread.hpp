// Threads of ours in somebody else's process.
#pragma once

#include <functional>

namespace handoff::detail::platform {

/// Runs `body` in a thread that nobody waits for. All signals but those of its own faults are blocked in it: they go to
/// the threads of the program, as its author expects. Throws Error(system) if there is no thread to be had; `what_for` says whose wish that was.
void start_background_thread(std::function<void()> body, const char* what_for);

}  // namespace handoff::detail::platform
