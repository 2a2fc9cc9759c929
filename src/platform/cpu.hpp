// The processor, for spinning threads.
#pragma once

#if defined(__has_include) && __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define HANDOFF_HAS_SINGLE_THREADED 1
#endif

namespace handoff::detail::platform {

/// Hints to the core that this is a spin loop.
inline void cpu_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield" ::: "memory");
#endif
}

/// Fetches the cache line of `address`, last written by another core, before it is needed: to be read, or to be
/// changed. A hint; any address is valid.
inline void prefetch(const void* address) noexcept {
    __builtin_prefetch(address);
}
inline void prefetch_to_change(const void* address) noexcept {
#if defined(__x86_64__)
    asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));  // older processors ignore it
#else
    __builtin_prefetch(address, 1);
#endif
}

/// Yields the core to another thread that waits for it, if there is one.
void yield_core() noexcept;

/// Online cores of this machine, at least 1. Read once. (Not only those that this process may run on: the processes it
/// waits for may run on others.)
unsigned cores() noexcept;

/// How often cpu_pause() fits into a microsecond. Measured once.
int pauses_in_a_microsecond() noexcept;

/// False if this process has, or once had, a second thread; where that is not known, false.
inline bool has_one_thread() noexcept {
#ifdef HANDOFF_HAS_SINGLE_THREADED
    return __libc_single_threaded != 0;
#else
    return false;
#endif
}

}  // namespace handoff::detail::platform
