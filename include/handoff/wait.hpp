// handoff: how long to wait, what ends a wait early, and how to wait.
//
//   std::stop_source service;
//   auto request = receiver.receive({1s, service.get_token()});   // or receive(1s), receive(token), receive()
//   ...
//   service.request_stop();  // from any thread: the wait ends at once with Errc::stopped, and nothing is lost
//
//   handoff::Wait until_ctrl_c = handoff::stop_on_signals();
//   while (auto request = receiver.receive(until_ctrl_c)) serve(*request);
#pragma once

#include <handoff/export.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <initializer_list>
#include <stop_token>
#include <utility>

namespace handoff {

/// How a waiting thread spends its time before it sleeps.
enum class WaitPolicy : std::uint8_t {
    // generated from describe/handoff.toml: WaitPolicy
    busy,      ///< never sleeps: the lowest latency, one core at 100 %
    balanced,  ///< spins for some microseconds if a core is free to do so, then sleeps (default)
    sleep,     ///< sleeps at once: the least CPU
    // end of generated
};

/// The time at which a wait ends; CLOCK_MONOTONIC, never the wall clock.
/// Made from a duration (`receive(1s)`), from a steady_clock time point, or Deadline::never().
/// A negative duration has already passed; one beyond the clock's range means never.
class Deadline {
public:
    /// That long after this moment.
    template <class Rep, class Period>
    Deadline(std::chrono::duration<Rep, Period> timeout)  // NOLINT: implicit, so that `loan(100ms)` works
        : at_ns_(after(timeout)) {}
    /// At that moment.
    Deadline(std::chrono::steady_clock::time_point at)  // NOLINT: implicit
        : at_ns_(std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count()) {}

    /// The wait ends only with what is waited for.
    static constexpr Deadline never() noexcept { return Deadline(forever_ns); }
    /// The wait checks once, and does not sleep.
    static constexpr Deadline now() noexcept { return Deadline(std::int64_t{0}); }

    /// True for never().
    constexpr bool is_never() const noexcept { return at_ns_ == forever_ns; }
    /// Nanoseconds on CLOCK_MONOTONIC; 0 for now(), INT64_MAX for never().
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

/// What ends a wait early: a deadline (Errc::timed_out), a stop token (Errc::stopped), or both. Made from anything that
/// makes a Deadline (`receive(1s)`), from a std::stop_token (`receive(token)`), or from both (`receive({1s, token})`).
/// Wait() ends only with what is waited for.
/// A stop wins: a wait that begins after the stop was requested takes nothing, even if something is available. A wait
/// that is stopped while it takes something returns what it took; the next one is stopped.
/// Any number of waits, in any threads, may share a token. Cost: none while a wait does not sleep; a sleep registers
/// a std::stop_callback, without an allocation. request_stop() wakes each sleeper by one system call. Where the kernel
/// has no futex_waitv (before Linux 5.16, or forbidden in a container), for read-only handles and with
/// Sync::boost a wait with a token polls for the stop once a millisecond instead.
class Wait {
public:
    /// Neither deadline nor token.
    Wait() noexcept = default;
    /// Ends at the deadline.
    Wait(Deadline deadline) noexcept : deadline_(deadline) {}  // NOLINT: implicit
    /// Ends that long after this moment.
    template <class Rep, class Period>
    Wait(std::chrono::duration<Rep, Period> timeout) : deadline_(timeout) {}  // NOLINT: implicit
    /// Ends at that moment.
    Wait(std::chrono::steady_clock::time_point at) : deadline_(at) {}  // NOLINT: implicit
    /// Ends when the stop is requested.
    Wait(std::stop_token stop) noexcept : stop_(std::move(stop)) {}  // NOLINT: implicit
    /// Ends with whichever comes first.
    Wait(Deadline deadline, std::stop_token stop) noexcept : deadline_(deadline), stop_(std::move(stop)) {}

    /// Deadline::never() if none was given.
    Deadline deadline() const noexcept { return deadline_; }
    /// A token without a state if none was given.
    const std::stop_token& stop() const noexcept { return stop_; }
    /// True if there is a token and its stop was requested.
    bool stop_requested() const noexcept { return stop_.stop_requested(); }

private:
    Deadline deadline_ = Deadline::never();
    std::stop_token stop_;
};

/// A token that is stopped by the first of these signals that this process receives (SIGINT is Ctrl-C). A second one
/// has its default effect. Installs a handler for each signal in place of the present one; a signal that is ignored
/// (nohup, a shell's background job) stays ignored. The first call starts a thread, which runs the callbacks of the
/// token; every call returns the same token. In a child of fork the signals have their default effect until it calls
/// this itself, and gets a token of its own. Thread safety: any thread. Throws Error(system) if no descriptor or thread
/// can be created.
HANDOFF_EXPORT std::stop_token stop_on_signals(std::initializer_list<int> numbers = {SIGINT, SIGTERM});

}  // namespace handoff
