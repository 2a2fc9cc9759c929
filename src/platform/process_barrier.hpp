// A barrier in all threads of this process, asked for by one of them: the other side of a fence that is never executed.
#pragma once

namespace handoff::detail::platform {

/// True if process_barrier() works here: membarrier(2), since Linux 4.14 and unless a sandbox refuses it. Asked once.
bool has_process_barrier() noexcept;

/// Every other thread of this process has executed a full barrier when this returns. A system call, some microseconds.
/// Where the kernel does it no longer (a sandbox that was entered later), this sleeps for a millisecond: no processor
/// keeps a store to itself for that long. REQUIRES: has_process_barrier()
void process_barrier() noexcept;

}  // namespace handoff::detail::platform
