// SIGSEGV by a write into a read-only mapping of a segment: the bytes that other processes read, too, stay as they are.
//
// After explain_forbidden_writes() one sentence on stderr names the segment and the slot; then the previous handler gets
// the signal, or it ends the process as it would have.
//
// Signal safety: the handler reads the table of WatchedMapping and calls write(2); it takes no lock and allocates
// nothing.
#pragma once

namespace handoff::detail::platform {

/// Installs the handler, once. Throws Error(system).
void explain_forbidden_writes();

}  // namespace handoff::detail::platform
