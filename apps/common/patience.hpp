// Long waits in short slices, so that Ctrl-C is noticed.
#pragma once

#include "common/signals.hpp"

#include <handoff/error.hpp>
#include <handoff/wait.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace handoff::apps {

using Clock = std::chrono::steady_clock;
inline constexpr std::chrono::milliseconds slice{100};

/// The moment after `timeout`.
inline Clock::time_point in(std::chrono::nanoseconds timeout) {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(timeout);
}

/// Until `when`, or until the program is asked to end.
inline void sleep_until(Clock::time_point when) {
    for (auto now = Clock::now(); !stop_requested() && now < when; now = Clock::now())
        std::this_thread::sleep_for(std::min<Clock::duration>(when - now, slice));
}

/// Calls wait(Deadline) until it does not time out, `until` has passed, or `gave_up()`. The last answer of `wait` is
/// returned: timed_out in the latter two cases.
template <class Wait, class GaveUp>
auto wait_in_slices(Clock::time_point until, Wait wait, GaveUp gave_up) {
    while (true) {
        auto answer = wait(Deadline(std::min(until, Clock::now() + slice)));
        if (answer || !(answer.error() == Errc::timed_out)) return answer;
        if (Clock::now() >= until || gave_up()) return answer;
    }
}

/// The same, until the program is asked to end.
template <class Wait>
auto wait_in_slices(Clock::time_point until, Wait wait) {
    return wait_in_slices(until, wait, [] { return stop_requested(); });
}

}  // namespace handoff::apps
