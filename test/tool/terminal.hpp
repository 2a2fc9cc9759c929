// A program on a terminal of its own, and what a person at that terminal would do and see.
#pragma once

#include <handoff/testing.hpp>

#include <termios.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tool_test {

/// Killed by the kernel when the test ends.
class Terminal {
public:
    Terminal(const std::string& path, const std::vector<std::string>& arguments, int columns = 180, int rows = 24,
             const std::vector<std::string>& environment = {"TERM=xterm"});
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    int pid() const noexcept { return pid_; }
    void type(std::string_view keys);
    void resize(int columns, int rows);

    /// All that was written to the terminal from `mark()` on, or from the start; control sequences and all.
    std::string output();
    void mark();
    /// Waits for this text in output(). Throws DeadlinePassed with what was seen instead.
    void wait_for(std::string_view text);
    /// The same on a screen that is drawn anew, as Ctrl-L asks for: ncurses writes only what changed otherwise.
    void wait_for_drawn(std::string_view text);
    /// Waits for its end; the exit code, or minus the signal.
    int wait();
    /// Waits until the program was stopped by a signal.
    void wait_until_stopped();
    /// How the terminal is set now: echo, line by line, ...
    termios modes() const;

private:
    void read_some();

    int master_ = -1;
    int slave_ = -1;  ///< kept open, so that nothing is lost with the program
    int pid_ = -1;
    bool has_ended_ = false;
    std::string text_;
    std::size_t mark_ = 0;
};

bool operator==(const termios& left, const termios& right);

}  // namespace tool_test
