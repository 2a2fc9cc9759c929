#include "slot/copy_out.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>

namespace handoff::detail::slot {

namespace {

#if defined(__x86_64__)

/// The processor's own copy: the compiler sees no access to the bytes at all, so there is no race for it to reason
/// about, and it is as fast as the writer's memcpy. Loads of one string instruction may pass each other, but no later
/// load passes them, which is all that the validation needs.
void copy_racing(const std::byte* from, std::byte* to, std::size_t bytes) noexcept {
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

#else

// The writer's stores are plain (it may be a camera driver), so ThreadSanitizer would report a race. It is one, and the
// caller discards its result.
__attribute__((no_sanitize("thread", "address"))) void copy_racing(const std::byte* from, std::byte* to,
                                                                   std::size_t bytes) noexcept {
    // A payload begins on a cache line, so whole words are aligned.
    const auto* words = reinterpret_cast<const std::uint64_t*>(from);
    const std::size_t whole = bytes / sizeof(std::uint64_t);
    for (std::size_t i = 0; i < whole; ++i) {
        const std::uint64_t word = __atomic_load_n(words + i, __ATOMIC_RELAXED);
        __builtin_memcpy(to + i * sizeof word, &word, sizeof word);
    }
    for (std::size_t i = whole * sizeof(std::uint64_t); i < bytes; ++i)
        to[i] =
            static_cast<std::byte>(__atomic_load_n(reinterpret_cast<const unsigned char*>(from) + i, __ATOMIC_RELAXED));
}

#endif

}  // namespace

void copy_out(std::span<const std::byte> from, std::span<std::byte> to) noexcept {
    copy_racing(from.data(), to.data(), from.size());
}

}  // namespace handoff::detail::slot
