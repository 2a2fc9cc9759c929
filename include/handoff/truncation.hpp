// handoff: truncated segment files (`truncate -s 0 /dev/shm/handoff.NAME`).
//
// Every process that may write a segment may also truncate its file. The kernel then sends SIGBUS to each process that
// touches a missing page, as for every mapped file, and by default SIGBUS ends the process. handoff itself never
// truncates a segment. To the other participants such a death is like any other.
#pragma once

#include <handoff/export.hpp>

namespace handoff {

/// From now on a truncated segment is an error in this process instead of its end: missing bytes read as zeros, writes
/// to them are lost, and the call that meets the hole, and every later one, returns `damaged`. The bytes of a loan,
/// request or message may turn to zeros at any moment: check for `damaged` once more before you rely on them.
///
/// Effect on the process: installs a handler for SIGBUS, once and for good. A SIGBUS unrelated to handoff goes to the
/// previous handler, or ends the process as it would have. Do not install another handler later unless it forwards to
/// this one. Holds for up to 1024 segments mapped at once, those opened before included. The kernel's own access to
/// missing bytes (write() from a payload, say) fails with EFAULT, with or without this.
///
/// Thread safety: any thread, any number of times. Fork: children inherit the handler. Throws Error(system).
HANDOFF_EXPORT void handle_sigbus();

}  // namespace handoff
