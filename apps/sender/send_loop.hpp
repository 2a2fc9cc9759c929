// The work of `sender`: frames go out, answers come back.
#pragma once

#include "cli/console.hpp"
#include "cli/report.hpp"
#include "cli/waits.hpp"
#include "pictures/output_folder.hpp"
#include "sender/frame_pump.hpp"

#include <handoff/channel.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace handoff::apps::sender {

class SendLoop {
public:
    /// `total`: how many frames there will be, if that is known. All references must outlive this.
    SendLoop(const Options& options, Sender& sender, FrameSource& source, const OutputFolder* save_folder,
             std::optional<std::uint64_t> total, Console& console);

    /// Sends until the source is empty, enough was sent, a request timed out, or the program is asked to end; then
    /// settles what is in flight. Throws Error where the channel cannot be used any more.
    void run();

    const RunStatistics& statistics() const noexcept { return statistics_; }
    /// Since run() began; 0 before.
    std::chrono::nanoseconds elapsed() const noexcept;

private:
    struct InFlight {
        Pending pending;
        std::string name;
        Clock::time_point until;
    };

    bool is_over() const;
    std::optional<Loan> take_loan();
    void send(Loan loan);

    void wait_until_due();
    void settle_front();
    void settle(const InFlight& request, const Processed& processed);
    void take_back(InFlight& request, const Failure& timed_out);
    Clock::time_point grace_end();
    void save(const std::string& name, const Processed& processed);
    void report_unfinished();

    const Options& options_;
    Sender& sender_;
    const OutputFolder* save_folder_;
    const std::optional<std::uint64_t> total_;
    Console& console_;
    const ChannelInfo channel_;

    RunStatistics statistics_;
    FramePump pump_;
    std::deque<InFlight> in_flight_;
    std::optional<Clock::time_point> grace_end_;
    std::uint64_t taken_back_ = 0;
    std::uint64_t left_to_receivers_ = 0;
    std::uint64_t without_picture_ = 0;
    std::optional<Clock::time_point> started_;
};

}  // namespace handoff::apps::sender
