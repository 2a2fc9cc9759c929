// The work of `sender --topic`: frames go out to whoever looks, and nobody is waited for.
#pragma once

#include "common/console.hpp"
#include "common/patience.hpp"
#include "common/report.hpp"
#include "sender/feed.hpp"

#include <handoff/topic.hpp>

#include <optional>

namespace handoff::apps::sender {

class Publishing {
public:
    /// All references must outlive this.
    Publishing(const Options& options, Publisher& publisher, FrameSource& source, std::optional<std::uint64_t> total,
               Console& console);

    /// Publishes until the source is empty, enough was sent, or the program is asked to end. Throws Error where the
    /// topic cannot be used any more.
    void run();

    const Tally& tally() const noexcept { return tally_; }
    /// Since run() began; 0 before.
    std::chrono::nanoseconds elapsed() const noexcept;

private:
    const Options& options_;
    Publisher& publisher_;
    std::optional<std::uint64_t> total_;
    Console& console_;
    Tally tally_;
    Feed feed_;
    std::optional<Clock::time_point> started_;
};

}  // namespace handoff::apps::sender
