// The work of `receiver --topic`: look at what is published, at one's own pace.
#pragma once

#include "cli/console.hpp"
#include "cli/report.hpp"
#include "cli/waits.hpp"
#include "pictures/output_folder.hpp"
#include "receiver/options.hpp"

#include <handoff/topic.hpp>

#include <optional>

namespace handoff::apps::receiver {

class SubscribeLoop {
public:
    /// All references must outlive this.
    SubscribeLoop(const Options& options, Subscriber& subscriber, const OutputFolder* out_folder, Console& console);

    /// Until one of the ends that --help names. Throws Error where the topic cannot be used any more.
    void run();

    const RunStatistics& statistics() const noexcept { return statistics_; }
    /// From the first message to the last one.
    std::chrono::nanoseconds elapsed() const noexcept { return last_ - first_; }

private:
    void handle(const Message& message);
    /// For the next picture: until --idle-timeout has passed, or the program is asked to end.
    Wait wait() const;

    const Options& options_;
    Subscriber& subscriber_;
    const OutputFolder* out_folder_;
    Console& console_;
    RunStatistics statistics_;
    Clock::time_point opened_ = Clock::now();
    Clock::time_point first_{};
    Clock::time_point last_{};
};

}  // namespace handoff::apps::receiver
