// Long waits that Ctrl-C ends.
#pragma once

#include "cli/signals.hpp"

#include <handoff/wait.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace handoff::apps {

using Clock = std::chrono::steady_clock;
/// For waits that can detect a stop request only by polling.
inline constexpr std::chrono::milliseconds slice{100};

/// The moment after `timeout`.
inline Clock::time_point in(std::chrono::nanoseconds timeout) {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(timeout);
}

/// Until `when`, or until the program is asked to end.
inline void sleep_until(Clock::time_point when) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_until(lock, stop_token(), when, [] { return false; });
}

/// For a wait that gives up at `until`, or when the program is asked to end (Errc::stopped).
inline Wait stoppable(Clock::time_point until = Clock::time_point::max()) {
    return {until, stop_token()};
}

}  // namespace handoff::apps
