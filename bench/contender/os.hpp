// The few system calls that limits, rivals and the harness share.
#pragma once

#include <linux/futex.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>
#include <string>
#include <system_error>

namespace bench {

inline std::int64_t now_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

inline void sleep_ns(std::int64_t nanoseconds) noexcept {
    const timespec pause{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    nanosleep(&pause, nullptr);
}

inline void cpu_pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Sleeps while `word` is `value`; at most timeout_ns, if that is not negative. Returns also without a reason.
inline void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t timeout_ns = -1) {
    const timespec timeout{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
    syscall(SYS_futex, &word, FUTEX_WAIT, value, timeout_ns < 0 ? nullptr : &timeout, nullptr, 0);
}

inline void futex_wake(const std::atomic<std::uint32_t>& word, int count = INT_MAX) {
    syscall(SYS_futex, &word, FUTEX_WAKE, count, nullptr, nullptr, 0);
}

/// Throws what errno says, after `what`.
[[noreturn]] inline void throw_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// Looks again and again. Where there are more processes than cores it lets the others run after a while.
class Patience {
public:
    void pause() noexcept {
        constexpr unsigned looks_alone = 16;
        if (!shares_cores_ || ++looks_ < looks_alone)
            cpu_pause();
        else
            sched_yield();
    }
    /// Of this process, before its loop begins.
    static void share_cores(bool shares) noexcept { shares_cores_ = shares; }

private:
    static inline bool shares_cores_ = true;
    unsigned looks_ = 0;
};

struct Usage {
    std::uint64_t cpu_ns;
    std::uint64_t sleeps;

    static Usage now() noexcept {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        const auto ns = [](const timeval& time) {
            return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
                   static_cast<std::uint64_t>(time.tv_usec) * 1000;
        };
        return {ns(usage.ru_utime) + ns(usage.ru_stime), static_cast<std::uint64_t>(usage.ru_nvcsw)};
    }
};

}  // namespace bench
