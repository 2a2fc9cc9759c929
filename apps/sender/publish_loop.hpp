// The work of `sender --topic`: frames go to all subscribers, and it waits for none.
#pragma once

#include "cli/console.hpp"
#include "cli/report.hpp"
#include "cli/waits.hpp"
#include "sender/frame_pump.hpp"

#include <handoff/topic.hpp>

#include <optional>

namespace handoff::apps::sender {

class PublishLoop {
public:
    /// All references must outlive this.
    PublishLoop(const Options& options, Publisher& publisher, FrameSource& source, std::optional<std::uint64_t> total,
                Console& console);

    /// Publishes until the source is empty, enough was sent, or the program is asked to end. Throws Error where the
    /// topic cannot be used any more.
    void run();

    const RunStatistics& statistics() const noexcept { return statistics_; }
    /// Since run() began; 0 before.
    std::chrono::nanoseconds elapsed() const noexcept;

private:
    const Options& options_;
    Publisher& publisher_;
    std::optional<std::uint64_t> total_;
    Console& console_;
    RunStatistics statistics_;
    FramePump pump_;
    std::optional<Clock::time_point> started_;
};

}  // namespace handoff::apps::sender
