// Records every topic and latest value whose name matches, also those that appear meanwhile. It does not disturb the
// participants: it maps read-only and takes no lock.
#pragma once

#include "cli/waits.hpp"
#include "tool/recording/recording_writer.hpp"

#include <handoff/inspect.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace handoff::apps::tool::recording {

using namespace mcap;  // the format

class Recorder {
public:
    /// Throws Error(wrong_kind) if one of these names, not a pattern, is that of a channel.
    static void check(const std::vector<std::string>& globs);
    /// Names, and shell patterns.
    struct Choice {
        std::vector<std::string> globs;
        std::vector<std::string> excluded{};  ///< of what fits the others
    };
    /// `log` gets one sentence about each segment that is recorded, or cannot be.
    using Log = std::function<void(const std::string& sentence)>;
    Recorder(Choice choice, RecordingWriter& recording, Log log);

    struct Limits {
        Clock::time_point until = Clock::time_point::max();
        std::uint64_t messages = UINT64_MAX;
    };
    /// Records until a limit is reached or the program is asked to end; then takes what is there still. Calls
    /// `progress` often. Throws Error as RecordingWriter does.
    void run(const Limits& limits, const std::function<void()>& progress);

    /// Given to the writer.
    std::uint64_t recorded() const noexcept { return recorded_; }
    /// Segments that were looked at, with messages or without.
    std::size_t segments() const noexcept { return seen_.size(); }
    /// True if a segment could not be read to its end.
    bool failed() const noexcept { return failed_; }

private:
    struct Source {
        inspect::Observer observer;
        SegmentShape shape;
        bool since_birth;  ///< and nothing of it was taken yet: what is missing in front is lost
        bool broken = false;
    };

    void scan();
    void open(const std::string& name, bool named);
    void leave_out(const std::string& name, const std::string& why);
    /// Records up to `most` messages; false: there was none.
    bool take(Source& source, std::uint64_t most);
    void drop_those_that_are_gone();
    std::uint64_t wanted() const noexcept { return limits_.messages - recorded_; }

    const Choice choice_;
    RecordingWriter& recording_;
    const Log log_;
    Limits limits_;
    std::map<std::string, Source> sources_;
    std::set<std::string> seen_;
    std::set<std::string> left_out_;
    bool first_scan_ = true;
    bool failed_ = false;
    std::vector<std::byte> buffer_;
    std::uint64_t recorded_ = 0;
};

}  // namespace handoff::apps::tool::recording
