// Test builds (HANDOFF_CRASH_POINTS) only.
#pragma once

namespace handoff::detail::sync {

/// Kills this process, as with kill -9, before or after the n-th access to a shared word from now on; 0 disarms.
void arm_crash_point(long after_accesses) noexcept;

}  // namespace handoff::detail::sync
