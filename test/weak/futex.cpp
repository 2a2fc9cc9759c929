// Stands in for src/platform/futex.cpp: the explorer is the kernel.
#include "platform/futex.hpp"

namespace handoff::platform {

bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t) noexcept {
    weak::futex_wait({&word, 0}, expected);
    return true;
}

bool futex_wait_any(const std::vector<FutexExpectation>&, std::int64_t) noexcept {
    return false;
}

void futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept {
    weak::futex_wake_all(&word);
}

}  // namespace handoff::platform
