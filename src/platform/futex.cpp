#include "platform/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "platform/clock.hpp"

namespace handoff::detail::platform {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t) &&
                  std::atomic<std::uint32_t>::is_always_lock_free,
              "the kernel reads the atomic as a plain 32-bit word");

namespace {

/// The kernel's time, also on 32 bits; the C library's timespec may have either width there.
struct KernelTime {
    std::int64_t seconds;
    std::int64_t nanoseconds;
    explicit KernelTime(std::int64_t ns) : seconds(ns / ns_per_s), nanoseconds(ns % ns_per_s) {}
};
#ifdef SYS_futex_time64
constexpr long number_of_futex = SYS_futex_time64;  // 32 bits: Linux 5.1
#else
constexpr long number_of_futex = SYS_futex;
#endif

/// The index of a word that was woken, or -1 with errno.
long futex_waitv(std::span<const FutexExpectation> words, std::int64_t deadline_ns) noexcept {
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
    if (words.size() > most) {
        errno = EINVAL;
        return -1;
    }
    Wait waits[most];
    for (std::size_t i = 0; i < words.size(); ++i)
        waits[i] = {words[i].expected, reinterpret_cast<std::uintptr_t>(words[i].word), futex_of_32_bits, 0};
    const KernelTime deadline(deadline_ns);
    return syscall(number_of_futex_waitv, waits, words.size(), 0, deadline_ns == INT64_MAX ? nullptr : &deadline,
                   CLOCK_MONOTONIC);
}

/// True if an error means that this kernel, or this container, has no futex_waitv for so many words.
bool means_unavailable(int error) noexcept {
    return error == ENOSYS || error == EPERM || error == EINVAL;
}

}  // namespace

Awakening futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                     std::int64_t deadline_ns) noexcept {
    const KernelTime deadline(deadline_ns);
    // FUTEX_WAIT_BITSET takes an absolute deadline on CLOCK_MONOTONIC; FUTEX_WAIT would take a relative one.
    const long outcome = syscall(number_of_futex, &word, FUTEX_WAIT_BITSET, expected,
                                 deadline_ns == INT64_MAX ? nullptr : &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
    if (outcome == 0) return Awakening::woken;
    return errno == ETIMEDOUT ? Awakening::timed_out : Awakening::disturbed;
}

Awakening futex_wait_either(const FutexExpectation& first, const FutexExpectation& second,
                            std::int64_t deadline_ns) noexcept {
    constexpr std::int64_t slice_ns = 1'000'000;
    if (futex_waitv(std::array{first, second}, deadline_ns) >= 0) return Awakening::woken;
    if (!means_unavailable(errno)) return errno == ETIMEDOUT ? Awakening::timed_out : Awakening::disturbed;
    const std::int64_t slice_end_ns = now_ns() + slice_ns;
    if (deadline_ns <= slice_end_ns) return futex_wait(*first.word, first.expected, deadline_ns);
    const Awakening end = futex_wait(*first.word, first.expected, slice_end_ns);
    return end == Awakening::timed_out ? Awakening::disturbed : end;
}

bool futex_wait_any(std::span<const FutexExpectation> words, std::int64_t deadline_ns) noexcept {
    return futex_waitv(words, deadline_ns) >= 0 || !means_unavailable(errno);
}

std::uint32_t futex_wake(const std::atomic<std::uint32_t>& word, std::uint32_t most) noexcept {
    const long woken =
        syscall(number_of_futex, &word, FUTEX_WAKE, std::min<std::uint32_t>(most, INT_MAX), nullptr, nullptr, 0);
    return woken > 0 ? static_cast<std::uint32_t>(woken) : 0;
}

void futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept {
    syscall(number_of_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace handoff::detail::platform
