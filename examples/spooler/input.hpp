// Lines from stdin, so that Ctrl-C ends the wait for them.
#pragma once

#include "../program.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <system_error>

namespace spooler {

class Input {
public:
    /// Of a longer line, one byte more than `most_bytes` is kept, to show that it was too long.
    explicit Input(std::size_t most_bytes) : most_bytes_(most_bytes) {}

    /// The next line without its newline; nothing at the end of the input, or if the program was asked to end.
    std::optional<std::string> next() {
        std::string line;
        bool has_begun = false;
        while (at_ < size_ || fill()) {
            has_begun = true;
            const char byte = buffer_[at_++];
            if (byte == '\n') return line;
            if (line.size() <= most_bytes_) line.push_back(byte);
        }
        if (!has_begun || example::stop_requested()) return std::nullopt;
        return line;
    }

private:
    /// False: there is no more.
    bool fill() {
        while (!example::stop_requested()) {
            pollfd readable{STDIN_FILENO, POLLIN, 0};
            if (::poll(&readable, 1, 100) <= 0) continue;  // nothing within 100 ms, or a signal
            const auto count = ::read(STDIN_FILENO, buffer_.data(), buffer_.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw std::system_error(errno, std::generic_category(), "cannot read stdin");
            at_ = 0;
            size_ = static_cast<std::size_t>(count);
            return count > 0;
        }
        return false;
    }

    std::size_t most_bytes_;
    std::array<char, 4096> buffer_{};
    std::size_t at_ = 0, size_ = 0;
};

}  // namespace spooler
