// A file descriptor that closes itself.
#pragma once

#include <utility>

namespace handoff::detail::platform {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            close();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~Descriptor() { close(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    void close() noexcept;
    /// Forgets the descriptor without closing it.
    int release() noexcept { return std::exchange(fd_, -1); }

private:
    int fd_ = -1;
};

/// Takes over `fd`, under a number above 2: in a process without stdin, stdout or stderr a file would get one of
/// their numbers, and output would be written into it. Empty, with errno, if there is no other number or `fd` is -1.
Descriptor above_stdio(int fd) noexcept;

}  // namespace handoff::detail::platform
