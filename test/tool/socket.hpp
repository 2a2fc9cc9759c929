// A client at a port of the loopback, with a deadline for all it does.
#pragma once

#include <handoff/testing.hpp>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tool_test {

class Connection {
public:
    explicit Connection(std::uint16_t port, std::chrono::nanoseconds timeout = handoff::testing::default_timeout)
        : until_(std::chrono::steady_clock::now() + handoff::testing::scaled(timeout)),
          socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);  // refusals show in the first send
    }
    ~Connection() { ::close(socket_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// All of it, also what the other side does not want to read.
    void send(std::string_view text) {
        while (!text.empty()) {
            wait_for(POLLOUT);
            const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent < 0) throw std::runtime_error("the server broke the connection off while it was spoken to");
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// The other side finds an end behind what was sent.
    void finish() { ::shutdown(socket_, SHUT_WR); }
    /// What comes until the other side closes.
    std::string receive_all() {
        std::string text;
        while (receive_some(text)) {
        }
        return text;
    }
    /// What comes until this stands in it.
    std::string receive_until(std::string_view end) {
        std::string text;
        while (text.find(end) == std::string::npos && receive_some(text)) {
        }
        return text;
    }

private:
    void wait_for(short events) const {
        int ready = -1;
        do {  // again after a signal, such as the alarm of a fuzzer
            pollfd waiting{socket_, events, 0};
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
            if (left.count() > 0) ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
            if (left.count() <= 0 || ready == 0)
                throw handoff::testing::DeadlinePassed("the server did not answer in time");
        } while (ready < 0 && errno == EINTR);
    }
    bool receive_some(std::string& text) {
        wait_for(POLLIN);
        char some[4096];
        const auto count = ::recv(socket_, some, sizeof some, 0);
        if (count < 0) throw std::runtime_error("the server broke the connection off; before that came: " + text);
        text.append(some, static_cast<std::size_t>(count));
        return count > 0;
    }

    std::chrono::steady_clock::time_point until_;
    int socket_;
};

/// The whole answer to one request, up to the end of the connection.
inline std::string ask(std::uint16_t port, std::string_view request,
                       std::chrono::nanoseconds timeout = handoff::testing::default_timeout) {
    Connection connection(port, timeout);
    connection.send(request);
    return connection.receive_all();
}

}  // namespace tool_test
