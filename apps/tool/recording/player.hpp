// Publishes what a recording holds, at the pace at which it was published, or another one.
#pragma once

#include "cli/waits.hpp"
#include "mcap/reader.hpp"

#include <handoff/latest.hpp>
#include <handoff/topic.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace handoff::apps::tool::recording {

using namespace mcap;  // the format

struct PlayOptions {
    std::vector<std::string> only;  ///< shell patterns; none: everything
    std::string prefix;             ///< of the names of the segments that are played into
    double rate = 1;                ///< times as fast as it was recorded; 0: as fast as it goes
    std::optional<std::uint32_t> history;
    std::chrono::nanoseconds start{0};                   ///< of the recording that are passed over
    std::optional<std::chrono::nanoseconds> duration{};  ///< of the recording that are played; none: to its end
    std::function<bool()> is_paused{};                   ///< asked again and again; none: never
    /// Returns then, or sooner: when is_paused() may have changed, or the program is asked to end.
    std::function<void(Clock::time_point)> sleep_until = apps::sleep_until;
};

class Player {
public:
    using Log = std::function<void(const std::string& sentence)>;

    /// Opens, and where needed creates, every segment that is played into. Throws Error: no_such_segment (nothing fits
    /// `only`), invalid_argument (two topics would become one segment), or as Reader, Publisher and LatestBytes do.
    Player(Reader& reader, PlayOptions options, Log log);

    /// Waits until every topic has a subscriber, or the program is asked to end.
    void wait_for_subscribers();
    /// Plays the recording once, or until the program is asked to end. Calls `progress` often.
    void run(const std::function<void()>& progress);

    std::uint64_t published() const noexcept { return published_; }
    std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }
    /// In the recording, of what is played.
    std::uint64_t total() const noexcept { return total_; }
    std::size_t segments() const noexcept { return outlets_.size(); }
    /// True if something could not be played; each case was logged.
    bool failed() const noexcept { return failed_; }

private:
    struct Outlet {
        std::string topic;  ///< as it is called in the recording
        std::variant<Publisher, LatestBytes> to;
    };
    struct Plan;

    std::map<std::string, Plan> plans() const;
    void open(const std::string& name, const Plan& plan);
    std::string name_for(const std::string& topic) const;
    void play(const Message& message);
    bool is_over(const Message& message) const noexcept;
    void publish(Publisher& publisher, const Message& message);
    std::uint64_t time_of(const MessageHead& head) const noexcept;
    void wait_while_paused();
    bool wait_until_due(const Message& message, std::chrono::nanoseconds ahead);
    void error(const std::string& sentence);

    Reader& reader_;
    const PlayOptions options_;
    const Log log_;
    std::map<std::string, Outlet> outlets_;
    std::optional<std::uint64_t> first_ns_;  ///< the log time at which this round begins
    std::optional<Clock::time_point> began_;
    std::uint64_t published_ = 0, payload_bytes_ = 0, total_ = 0;
    bool failed_ = false;
};

}  // namespace handoff::apps::tool::recording
