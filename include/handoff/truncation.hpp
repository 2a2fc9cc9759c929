// handoff: when somebody cuts a segment's file short (`truncate -s 0 /dev/shm/handoff.NAME`).
//
// Whoever may write a segment may also cut its file short, and then the kernel sends SIGBUS to each process that
// touches a part that is gone: that is its rule for every mapped file, and by default it ends the process. handoff
// never cuts a segment short. To the others such a death is like any other.
#pragma once

#include <handoff/export.hpp>

namespace handoff {

/// From now on a segment that was cut short is an error in this process and not its end: what is missing reads as
/// zeros, what is written there is lost, and every call that meets the hole, and each one after it, answers `damaged`.
/// The bytes of a loan, request or message that is in hand may turn to zeros at any moment, so ask once more before you
/// believe them.
///
/// What it does to the process: it installs a handler for SIGBUS, once and for good. A SIGBUS that has nothing to do
/// with handoff goes to the handler that was there before, or ends the process as it would have. Do not install another
/// one later unless it hands on to this one. Holds for up to 1024 segments mapped at once, those opened before
/// included. The kernel's own access to missing bytes (write() from a payload, say) fails with EFAULT, with or without
/// this.
///
/// Thread safety: any thread, any number of times. Fork: children inherit the handler. Throws Error(system).
HANDOFF_EXPORT void survive_truncation();

}  // namespace handoff
