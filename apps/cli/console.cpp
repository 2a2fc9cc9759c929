#include "cli/console.hpp"

#include "cli/printable.hpp"
#include "cli/terminal.hpp"
#include "cli/units.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

namespace handoff::apps {

Console::Console(std::string program, bool quiet)
    : program_(std::move(program)), quiet_(quiet), columns_(terminal_columns()) {}

Console::~Console() {
    end_progress();
}

void Console::info(std::string_view sentence) {
    if (quiet_) return;
    const std::lock_guard lock(mutex_);
    wipe();
    std::cerr << printable(sentence) << std::endl;
}

void Console::error(std::string_view sentence) {
    const std::lock_guard lock(mutex_);
    wipe();
    std::cerr << program_ + ": " + printable(sentence) << std::endl;
}

void Console::progress(std::uint64_t done, std::optional<std::uint64_t> total, double per_second) {
    if (quiet_ || columns_ == 0) return;
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_draw_) return;
    next_draw_ = now + std::chrono::milliseconds(100);
    wipe();
    std::cerr << progress_line(done, total, per_second, columns_ - 1) << std::flush;
    bar_drawn_ = true;
}

void Console::end_progress() {
    const std::lock_guard lock(mutex_);
    wipe();
}

void Console::wipe() {
    if (!std::exchange(bar_drawn_, false)) return;
    std::cerr << '\r' << std::string(static_cast<std::size_t>(columns_ - 1), ' ') << '\r' << std::flush;
}

std::string progress_line(std::uint64_t done, std::optional<std::uint64_t> total, double per_second, int columns) {
    std::string words = fixed(per_second, 1) + " frames/s";
    if (total && *total > 0) {
        constexpr std::uint64_t bar = 24;
        const auto share = static_cast<double>(std::min(done, *total)) / static_cast<double>(*total);
        const auto full = static_cast<std::size_t>(share * bar);
        const std::string percent = fixed(share * 100, 0);
        words = "[" + std::string(full, '=') + std::string(bar - full, ' ') + "] " +
                std::string(3 - std::min<std::size_t>(3, percent.size()), ' ') + percent + " %  " +
                std::to_string(done) + " of " + std::to_string(*total) + " frames, " + words;
    } else {
        words = counted(done, "frame") + ", " + words;
    }
    return words.substr(0, static_cast<std::size_t>(std::max(columns, 0)));
}

}  // namespace handoff::apps
