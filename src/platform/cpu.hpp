// What a spinning thread needs to know about the processor.
#pragma once

namespace handoff::platform {

/// Tells the core that this is a spin loop.
inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield" ::: "memory");
#endif
}

/// Cores that this process may run on (its affinity mask), at least 1. Asked once.
unsigned usable_cores() noexcept;

}  // namespace handoff::platform
