// Keys of the person at the terminal, one by one.
#pragma once

#include <chrono>
#include <optional>

#include <termios.h>

namespace handoff::apps::tool {

/// While there is one, the terminal behind stdin gives each key at once and does not show it; Ctrl-C, Ctrl-Z and what
/// is written stay as they are. Where stdin is no terminal, or the program runs in its background, nothing is changed
/// and no key ever comes. Thread safety: one thread.
///
/// Death: killed by a signal it leaves the terminal so; shells that edit lines set it right for the next one.
class Keyboard {
public:
    Keyboard() noexcept;
    ~Keyboard();
    Keyboard(const Keyboard&) = delete;
    Keyboard& operator=(const Keyboard&) = delete;

    bool is_there() const noexcept { return before_.has_value(); }
    /// None: no key was pressed. Never waits.
    std::optional<char> next() noexcept;
    /// Until then, or until next() has a key; or sooner.
    void wait(std::chrono::steady_clock::time_point until) noexcept;

private:
    std::optional<termios> before_;  ///< how the terminal was set
};

}  // namespace handoff::apps::tool
