// The work of `receiver --topic`: look at what is published, at one's own pace.
#pragma once

#include "common/console.hpp"
#include "common/output_folder.hpp"
#include "common/patience.hpp"
#include "common/report.hpp"
#include "receiver/options.hpp"

#include <handoff/topic.hpp>

#include <optional>

namespace handoff::apps::receiver {

class Watching {
public:
    /// All references must outlive this.
    Watching(const Options& options, Subscriber& subscriber, const OutputFolder* out_folder, Console& console);

    /// Until one of the ends that --help names. Throws Error where the topic cannot be used any more.
    void run();

    const Tally& tally() const noexcept { return tally_; }
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
    Tally tally_;
    Clock::time_point opened_ = Clock::now();
    Clock::time_point first_{};
    Clock::time_point last_{};
};

}  // namespace handoff::apps::receiver
