#include "slots/copy_out.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>

namespace handoff::slots {

// The writer's stores are plain (it may be a camera driver), so ThreadSanitizer would call this a race. It is one, and
// the caller throws its outcome away.
__attribute__((no_sanitize("thread"))) void copy_out(std::span<const std::byte> from,
                                                     std::span<std::byte> to) noexcept {
    // A payload begins on a cache line, so whole words are aligned.
    const auto* words = reinterpret_cast<const std::uint64_t*>(from.data());
    const std::size_t whole = from.size() / sizeof(std::uint64_t);
    for (std::size_t i = 0; i < whole; ++i) {
        const std::uint64_t word = __atomic_load_n(words + i, __ATOMIC_RELAXED);
        std::memcpy(to.data() + i * sizeof word, &word, sizeof word);
    }
    for (std::size_t i = whole * sizeof(std::uint64_t); i < from.size(); ++i)
        to[i] = static_cast<std::byte>(
            __atomic_load_n(reinterpret_cast<const unsigned char*>(from.data()) + i, __ATOMIC_RELAXED));
}

}  // namespace handoff::slots
