// Stands in for src/platform/futex.cpp: the explorer is the kernel.
#include "platform/futex.hpp"

namespace handoff::detail::platform {

Awakening futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t) noexcept {
    weak::futex_wait({&word, 0}, expected);
    return Awakening::woken;  // without a deadline it makes no difference
}

Awakening futex_wait_either(const FutexExpectation& first, const FutexExpectation&, std::int64_t) noexcept {
    return futex_wait(*first.word, first.expected, INT64_MAX);  // no scenario has a stop
}

bool futex_wait_any(std::span<const FutexExpectation>, std::int64_t) noexcept {
    return false;
}

std::uint32_t futex_wake(const std::atomic<std::uint32_t>& word, std::uint32_t most) noexcept {
    return most == 1 ? weak::futex_wake_one(&word) : weak::futex_wake_all(&word);
}

void futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept {
    weak::futex_wake_all(&word);
}

}  // namespace handoff::detail::platform
