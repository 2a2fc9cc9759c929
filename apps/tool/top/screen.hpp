// The terminal, by way of ncurses. While a Screen lives, the terminal is ours; afterwards it is as it was.
#pragma once

#include "tool/top/page.hpp"

#include <chrono>
#include <optional>

namespace handoff::apps::tool {

struct Press {
    Key key;
    char character = 0;  ///< of Key::character
};

class Screen {
public:
    /// One at a time. Throws Error(system) if the terminal is of no known type. Ctrl-Z and `fg` work.
    Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    ~Screen();

    std::size_t columns() const;
    std::size_t rows() const;
    void draw(const Page& page);

    enum class Event { none, key, resized };
    /// Waits for a key at most that long; a signal or a new size of the window ends the wait too.
    Event wait(std::chrono::milliseconds limit, Press& press);
    /// Ctrl-\ was typed, which would otherwise end the program without putting the terminal in order.
    static bool quit_requested() noexcept;

private:
    static void watch_size();
    /// True if the terminal has another size now; drawn into as far as that is sane.
    static bool follow_size();
    void start_colours();
    void* terminal_ = nullptr;
    void (*old_quit_)(int) = nullptr;
    bool has_colours_ = false;
};

}  // namespace handoff::apps::tool
