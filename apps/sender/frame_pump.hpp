// Frames one after the other, at the rate that was asked for; what cannot be sent is reported, counted and left out.
#pragma once

#include "cli/console.hpp"
#include "cli/report.hpp"
#include "sender/frame_source.hpp"
#include "sender/options.hpp"
#include "sender/pacer.hpp"

#include <handoff/loan.hpp>

#include <cstdint>
#include <string>

namespace handoff::apps::sender {

class FramePump {
public:
    /// `capacity`: bytes that a slot can take. All references must outlive this.
    FramePump(const Options& options, FrameSource& source, std::uint64_t capacity, RunStatistics& statistics,
              Console& console);

    /// Goes to the next frame that fits; false at the end, or when the program is asked to end.
    bool next();
    /// When that frame is due.
    Clock::time_point due() const { return pacer_.due(); }
    /// Waits until then, or until the program is asked to end.
    void wait_until_due();
    /// Writes it into the loan and describes it; false if it turned out to be unreadable.
    bool read_into(Loan& loan);
    std::string name() const { return source_.name(); }

private:
    std::string why_too_large(std::uint64_t frame_bytes) const;
    void skip(const std::string& sentence);
    void pass_on_remarks();

    const Options& options_;
    FrameSource& source_;
    const std::uint64_t capacity_;
    RunStatistics& statistics_;
    Console& console_;
    Pacer pacer_;
};

}  // namespace handoff::apps::sender
