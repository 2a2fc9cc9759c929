// handoff testing: a wait with a deadline.
#pragma once

#include <chrono>
#include <string>

namespace handoff::detail::testing {

class Timer {
public:
    /// Starts now; the deadline is scaled.
    explicit Timer(std::chrono::nanoseconds deadline);

    bool passed() const;
    /// How long to sleep before the next check: short at first, never beyond the deadline.
    std::chrono::nanoseconds next_pause();
    void pause();
    /// "10 s", as it was scaled.
    std::string text() const;

private:
    std::chrono::nanoseconds length_;
    std::chrono::steady_clock::time_point end_;
    std::chrono::nanoseconds pause_{std::chrono::microseconds{20}};
};

}  // namespace handoff::detail::testing
