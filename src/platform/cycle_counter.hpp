// The processor's cycle counter, where it is as good as a clock: x86-64 with an invariant TSC that the kernel's own
// clock trusts. It is read in a fraction of the time of clock_gettime(), and does not keep loads from overlapping.
#pragma once

#include <cstdint>

namespace handoff::detail::platform {

/// True if cycles() counts at one rate, the same on all cores, as far as the kernel knows. Read once.
bool has_steady_cycles() noexcept;

/// 0 where there is no such counter.
inline std::uint64_t cycles() noexcept {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

}  // namespace handoff::detail::platform
