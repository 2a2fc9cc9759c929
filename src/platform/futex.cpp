#include "platform/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "platform/clock.hpp"

namespace handoff::detail::platform {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t) &&
                  std::atomic<std::uint32_t>::is_always_lock_free,
              "the kernel reads the atomic as a plain 32-bit word");

Awakening futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                     std::int64_t deadline_ns) noexcept {
    const timespec deadline{deadline_ns / ns_per_s, deadline_ns % ns_per_s};
    // FUTEX_WAIT_BITSET takes an absolute deadline on CLOCK_MONOTONIC; FUTEX_WAIT would take a relative one.
    const long outcome = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected,
                                 deadline_ns == INT64_MAX ? nullptr : &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
    if (outcome == 0) return Awakening::woken;
    return errno == ETIMEDOUT ? Awakening::timed_out : Awakening::disturbed;
}

bool futex_wait_any(const std::vector<FutexExpectation>& words, std::int64_t deadline_ns) noexcept {
    // As in <linux/futex.h> since 5.16; Debian 12's headers may be older than its kernel.
    struct Wait {
        std::uint64_t expected;
        std::uint64_t address;
        std::uint32_t flags;
        std::uint32_t reserved;
    };
    constexpr long number_of_futex_waitv = 449;  // the same on every architecture
    constexpr std::uint32_t futex_of_32_bits = 2;
    constexpr std::size_t most = 128;
    if (words.size() > most) return false;
    Wait waits[most];
    for (std::size_t i = 0; i < words.size(); ++i)
        waits[i] = {words[i].expected, reinterpret_cast<std::uint64_t>(words[i].word), futex_of_32_bits, 0};
    const timespec deadline{deadline_ns / ns_per_s, deadline_ns % ns_per_s};
    const long outcome = syscall(number_of_futex_waitv, waits, words.size(), 0,
                                 deadline_ns == INT64_MAX ? nullptr : &deadline, CLOCK_MONOTONIC);
    return outcome >= 0 || (errno != ENOSYS && errno != EPERM && errno != EINVAL);
}

std::uint32_t futex_wake(const std::atomic<std::uint32_t>& word, std::uint32_t most) noexcept {
    const long woken =
        syscall(SYS_futex, &word, FUTEX_WAKE, std::min<std::uint32_t>(most, INT_MAX), nullptr, nullptr, 0);
    return woken > 0 ? static_cast<std::uint32_t>(woken) : 0;
}

void futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept {
    syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace handoff::detail::platform
