// Ctrl-C, SIGTERM and a closed terminal: the first one asks the program to end, the second one ends it at once.
#pragma once

namespace handoff::apps {

/// From now on the first such signal makes stop_requested() true; the next one does what it does to any program.
void catch_stop_signals() noexcept;

/// True once the program was asked to end.
bool stop_requested() noexcept;

}  // namespace handoff::apps
