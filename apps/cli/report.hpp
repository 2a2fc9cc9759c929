// Statistics of a run: counted while the program runs, reported at its end.
#pragma once

#include "cli/exit_code.hpp"
#include "cli/histogram.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace handoff::apps {

struct RunStatistics {
    std::uint64_t frames = 0;       ///< sent, or received
    std::uint64_t processed = 0;    ///< came back processed, or were answered
    std::uint64_t failed = 0;       ///< the receiver could not do it, or gave up
    std::uint64_t redelivered = 0;  ///< needed more than one delivery
    std::uint64_t lost = 0;         ///< overwritten or skipped before they were looked at; subscribers only
    std::uint64_t skipped = 0;      ///< inputs that could not be read
    std::uint64_t reduced = 0;      ///< inputs of which something was left out: bits, alpha, pictures
    std::uint64_t damaged = 0;      ///< inputs that were sent although the decoder reported errors
    std::uint64_t timed_out = 0;    ///< not processed in time
    std::uint64_t saved = 0;        ///< pictures written
    std::uint64_t not_saved = 0;    ///< pictures that could not be written
    std::uint64_t bytes = 0;        ///< payload
    Histogram round_trip_ns;        ///< from send to processed
    Histogram processing_ns;        ///< from taken to processed; receivers only

    void add(const RunStatistics& other);
    /// ok, failed or timed_out.
    ExitCode exit_code() const noexcept;
};

/// The reporting program: only receivers know how long the processing took, only subscribers what they lost; a
/// publisher does not know what becomes of its frames.
enum class Reporter { sender, receiver, publisher, subscriber };

/// A few lines for a person.
std::string format_report(Reporter reporter, const RunStatistics& statistics, std::chrono::nanoseconds elapsed);
/// The same as one JSON object. Keys: channel, frames, processed, failed, redelivered, skipped, timed_out, saved,
/// bytes, seconds, frames_per_second, round_trip_p50_ns, round_trip_p99_ns, round_trip_max_ns, for senders and
/// publishers reduced and damaged (inputs), and for receivers processing_p50_ns, processing_p99_ns, processing_max_ns.
/// Of a topic: topic instead of channel, no round trip, and for receivers lost and delay_p50_ns, delay_p99_ns,
/// delay_max_ns (from published to done). All are always there; times of nothing are 0.
std::string report_in_json(Reporter reporter, const std::string& channel, const RunStatistics& statistics,
                           std::chrono::nanoseconds elapsed);

}  // namespace handoff::apps
