// Observes every segment whose name matches: opens those that appear, closes those that disappear.
#pragma once

#include <handoff/inspect.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace handoff::apps::tool {

/// What happened on a segment between two looks.
struct Traffic {
    double seconds = 0;
    double messages_per_second = 0;        ///< sent or published
    double bytes_per_second = 0;           ///< of their payloads
    std::uint64_t lost = 0;                ///< by subscribers
    inspect::LatencyHistogram delay;       ///< of what all receivers or subscribers took
    inspect::LatencyHistogram work;        ///< of what all receivers answered
    inspect::LatencyHistogram round_trip;  ///< of what all senders got back
};
/// Participants that came in between count from zero; what one did that left meanwhile is not seen.
Traffic traffic_between(const inspect::Report& earlier, const inspect::Report& later, double seconds);

/// What a counter grew by; 0 if it went backwards, which a damaged one does.
std::uint64_t growth(std::uint64_t earlier, std::uint64_t later) noexcept;

/// One look at one segment.
struct Look {
    inspect::Found file;
    std::optional<inspect::Report> report;          ///< or:
    std::optional<Failure> problem;                 ///< why it cannot be looked at
    std::optional<Traffic> traffic;                 ///< since the look before, if there was one
    std::optional<std::uint64_t> large_page_bytes;  ///< if it was asked for
};

class Monitor {
public:
    /// Raises this process's limit of descriptors as far as it goes: each segment that is watched takes two.
    explicit Monitor(std::string glob);
    /// By name. Throws Error(system) where the directory of segments cannot be read.
    std::vector<Look> look();

private:
    struct Watched {
        inspect::Observer observer;
        std::optional<inspect::Report> last;
        std::chrono::steady_clock::time_point last_at;
    };
    std::string glob_;
    std::map<std::string, Watched> watched_;
};

/// Looks twice, `interval` apart, so that traffic can be computed.
std::vector<Look> look_twice(const std::string& glob, std::chrono::nanoseconds interval);

}  // namespace handoff::apps::tool
