#include "tool/keyboard.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdint>

namespace handoff::apps::tool {

namespace {

/// In the background, reading and setting the terminal would stop the program.
bool is_in_foreground() noexcept {
    return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

}  // namespace

Keyboard::Keyboard() noexcept {
    termios modes{};
    if (!is_in_foreground() || ::tcgetattr(STDIN_FILENO, &modes) != 0) return;  // false for what is no terminal, too
    termios key_by_key = modes;
    key_by_key.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    if (::tcsetattr(STDIN_FILENO, TCSANOW, &key_by_key) == 0) before_ = modes;
}

Keyboard::~Keyboard() {
    if (before_ && is_in_foreground()) (void)::tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
}

std::optional<char> Keyboard::next() noexcept {
    if (!before_ || !is_in_foreground()) return std::nullopt;
    pollfd readable{STDIN_FILENO, POLLIN, 0};
    char key = 0;
    if (::poll(&readable, 1, 0) != 1 || ::read(STDIN_FILENO, &key, 1) != 1) return std::nullopt;
    return key;
}

void Keyboard::wait(std::chrono::steady_clock::time_point until) noexcept {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    pollfd readable{STDIN_FILENO, POLLIN, 0};
    const bool may_read = before_ && is_in_foreground();  // in the background the keys are another program's
    (void)::poll(&readable, may_read ? 1 : 0, static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX)));
}

}  // namespace handoff::apps::tool
