// handoff: how long to wait, and in which way.
#pragma once

#include <chrono>
#include <cstdint>

namespace handoff {

/// How a waiting thread spends its time before it sleeps.
enum class WaitPolicy : std::uint8_t {
    busy,      ///< never sleeps: the lowest latency, one core at 100 %
    balanced,  ///< spins for some microseconds if a core is free to do so, then sleeps (default)
    sleep,     ///< sleeps at once: the least CPU
};

/// The moment at which a wait gives up; CLOCK_MONOTONIC, never the wall clock.
/// Made from a duration (`receive(1s)`), from a steady_clock time point, or Deadline::never().
/// A duration that is negative is over at once; one beyond the clock's range means never.
class Deadline {
public:
    template <class Rep, class Period>
    Deadline(std::chrono::duration<Rep, Period> timeout)  // NOLINT: implicit, so that `loan(100ms)` works
        : at_ns_(after(timeout)) {}
    Deadline(std::chrono::steady_clock::time_point at)  // NOLINT: implicit
        : at_ns_(std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count()) {}

    static constexpr Deadline never() noexcept { return Deadline(forever_ns); }
    static constexpr Deadline now() noexcept { return Deadline(std::int64_t{0}); }

    constexpr bool is_never() const noexcept { return at_ns_ == forever_ns; }
    /// Nanoseconds on CLOCK_MONOTONIC.
    constexpr std::int64_t at_ns() const noexcept { return at_ns_; }

private:
    static constexpr std::int64_t forever_ns = INT64_MAX;
    explicit constexpr Deadline(std::int64_t at_ns) noexcept : at_ns_(at_ns) {}

    template <class Rep, class Period>
    static std::int64_t after(std::chrono::duration<Rep, Period> timeout) {
        using Seconds = std::chrono::duration<double>;
        constexpr double century_s = 100.0 * 365 * 24 * 3600;
        const double timeout_s = std::chrono::duration_cast<Seconds>(timeout).count();
        if (!(timeout_s < century_s)) return forever_ns;  // also NaN
        if (timeout_s <= 0) return 0;
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() +
               std::chrono::duration_cast<std::chrono::nanoseconds>(timeout).count();
    }

    std::int64_t at_ns_;
};

}  // namespace handoff
