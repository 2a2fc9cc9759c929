#include "apps/server.hpp"

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>
#include <vector>

namespace apps_test {

namespace {

std::pair<int, std::uint16_t> listen_somewhere() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    BOOST_TEST_REQUIRE(::bind(listener, generic, length) == 0);
    BOOST_TEST_REQUIRE(::listen(listener, 8) == 0);
    BOOST_TEST_REQUIRE(::getsockname(listener, generic, &length) == 0);
    return {listener, ntohs(address.sin_port)};
}

/// To FFmpeg an answer that does not say its length has no good end.
std::string with_length(std::string answer) {
    const auto end_of_head = answer.find("\r\n\r\n");
    const std::size_t length = answer.size() - end_of_head - 4;
    return answer.insert(end_of_head, "\r\nContent-Length: " + std::to_string(length));
}

}  // namespace

Server::Server(std::string bytes, Then then)
    : bytes_(then == Then::close ? with_length(std::move(bytes)) : std::move(bytes)), then_(then) {
    std::tie(listener_, port_) = listen_somewhere();
    BOOST_TEST_REQUIRE(::pipe(end_) == 0);
    thread_ = std::jthread([this] { serve(); });
}

Server::~Server() {
    ::close(end_[1]);
    thread_.join();
    ::close(end_[0]);
    ::close(listener_);
}

void Server::serve() {
    std::vector<int> open;
    for (;;) {
        pollfd waiting[2]{{listener_, POLLIN, 0}, {end_[0], POLLIN, 0}};
        if (::poll(waiting, 2, -1) < 0) continue;
        if (waiting[1].revents != 0) break;
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        ++connections_;
        char request[4096];
        const bool was_asked = ::recv(connection, request, sizeof request, 0) > 0;
        all_was_sent_ = was_asked && send_all(connection);
        then_ == Then::close ? void(::close(connection)) : open.push_back(connection);
    }
    for (const int connection : open) ::close(connection);
}

bool Server::send_all(int connection) const {
    for (std::size_t sent = 0; sent < bytes_.size();) {
        const auto count = ::send(connection, bytes_.data() + sent, bytes_.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return false;
        sent += static_cast<std::size_t>(count);
    }
    return true;
}

std::uint16_t Server::unused_port() {
    const auto [listener, port] = listen_somewhere();
    ::close(listener);
    return port;
}

std::string multipart(const std::string& jpeg, int count) {
    std::string answer = "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n";
    for (int part = 0; part < count; ++part)
        answer += "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + std::to_string(jpeg.size()) + "\r\n\r\n" +
                  jpeg + "\r\n";
    return answer;
}

}  // namespace apps_test
