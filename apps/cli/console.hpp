// Messages of a program on stderr. stdout is for data.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace handoff::apps {

/// Thread safety: all of it may be called from any thread; sentences never mix with the progress bar.
class Console {
public:
    /// `quiet` silences words and progress, never errors.
    Console(std::string program, bool quiet);
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    /// Words for a person; control characters in them are shown as '?'.
    void info(std::string_view sentence);
    /// An error: always printed, with the program's name before it.
    void error(std::string_view sentence);
    /// Draws a line that the next one overwrites: on a terminal only, ten times a second at most.
    void progress(std::uint64_t done, std::optional<std::uint64_t> total, double per_second);
    /// Takes the progress line away.
    void end_progress();

private:
    void wipe();

    const std::string program_;
    const bool quiet_;
    const int columns_;
    std::mutex mutex_;
    bool bar_drawn_ = false;
    std::chrono::steady_clock::time_point next_draw_;
};

/// "[=====     ]  50 %  250 of 500 frames, 58.2 frames/s", at most `columns` wide; without a total no bar.
std::string progress_line(std::uint64_t done, std::optional<std::uint64_t> total, double per_second, int columns);

}  // namespace handoff::apps
