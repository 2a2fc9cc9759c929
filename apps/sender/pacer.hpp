// So many frames per second, and not more.
#pragma once

#include "cli/waits.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace handoff::apps::sender {

/// Frames are due at fixed moments, so that small delays do not add up; after a long one there is no burst.
class Pacer {
public:
    explicit Pacer(std::optional<double> frames_per_second) {
        if (frames_per_second)
            period_ =
                std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / *frames_per_second));
    }

    /// When the next frame is due.
    Clock::time_point due() const { return due_; }
    /// That frame is on its way.
    void advance(Clock::time_point now) {
        due_ += period_;
        if (due_ + std::chrono::seconds(1) < now) due_ = now + period_;
    }

private:
    Clock::duration period_{0};
    Clock::time_point due_{};  // the first frame is due at once
};

}  // namespace handoff::apps::sender
