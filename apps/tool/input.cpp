#include "tool/input.hpp"

#include "cli/waits.hpp"

#include <handoff/error.hpp>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace handoff::apps::tool {

std::string_view Input::some() {
    while (at_ == size_ && !stop_requested()) {
        pollfd readable{STDIN_FILENO, POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(slice.count())) <= 0) continue;  // nothing yet, or a signal
        const ssize_t count = ::read(STDIN_FILENO, buffer_.data(), buffer_.size());
        if (count == 0) break;
        if (count < 0 && errno != EINTR && errno != EAGAIN)
            throw Error(Errc::system, "cannot read stdin: " + std::generic_category().message(errno));
        at_ = 0;
        size_ = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    }
    return stop_requested() ? std::string_view() : std::string_view(buffer_.data() + at_, size_ - at_);
}

void Input::keep(std::string& message, std::string_view bytes, const std::string& what) const {
    if (bytes.size() > limit_.bytes - message.size())
        throw Error(Errc::too_large, what + " is longer than " + std::to_string(limit_.bytes) + " bytes, " +
                                         limit_.reason + ": it was not sent");
    message += bytes;
}

std::optional<std::string> Input::all() {
    std::string message;
    for (std::string_view bytes = some(); !bytes.empty(); bytes = some()) {
        keep(message, bytes, "what stdin holds");
        at_ = size_;
    }
    if (stop_requested()) return std::nullopt;
    return message;
}

std::optional<std::string> Input::line() {
    std::string message;
    bool has_begun = false;
    for (std::string_view bytes = some(); !bytes.empty(); bytes = some()) {
        has_begun = true;
        const std::size_t end = bytes.find('\n');
        keep(message, bytes.substr(0, end), "line " + std::to_string(lines_ + 1) + " of stdin");
        at_ += std::min(end, bytes.size() - 1) + 1;
        if (end != std::string_view::npos) break;
    }
    if (!has_begun || stop_requested()) return std::nullopt;
    ++lines_;
    return message;
}

}  // namespace handoff::apps::tool
