// Unix sockets: a stream for each producer.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "contender/contender.hpp"

namespace {

using bench::Message;
using bench::Task;

class Stream {
public:
    Stream(int socket, const Task& task) : socket_(socket), flags_(task.wait == bench::Wait::busy ? MSG_DONTWAIT : 0) {}
    Stream(Stream&& other) noexcept : socket_(std::exchange(other.socket_, -1)), flags_(other.flags_) {}
    Stream& operator=(Stream&&) = delete;
    ~Stream() {
        if (socket_ >= 0) close(socket_);
    }

    void write(std::span<const std::byte> bytes) {
        whole(bytes.size(), [&](std::size_t at) {
            return ::send(socket_, bytes.data() + at, bytes.size() - at, flags_ | MSG_NOSIGNAL);
        });
    }
    /// False if the other side has closed.
    bool read(std::span<std::byte> bytes) {
        return whole(bytes.size(), [&](std::size_t at) {
            return ::recv(socket_, bytes.data() + at, bytes.size() - at, flags_ == 0 ? MSG_WAITALL : flags_);
        });
    }
    int socket() const noexcept { return socket_; }

private:
    template <class Move>
    static bool whole(std::size_t bytes, Move&& move) {
        bench::Patience patience;
        for (std::size_t at = 0; at < bytes;) {
            const ssize_t moved = move(at);
            if (moved > 0)
                at += static_cast<std::size_t>(moved);
            else if (moved < 0 && errno == EAGAIN)
                patience.pause();
            else if (moved == 0)
                return false;
            else if (errno != EINTR)
                bench::throw_errno("the socket is gone");
        }
        return true;
    }

    int socket_;
    int flags_;
};

sockaddr_un address_of(const Task& task) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = task.directory() + "/socket";
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the path of the socket is too long");
    path.copy(address.sun_path, path.size());
    return address;
}

int new_socket() {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) bench::throw_errno("socket");
    return socket;
}

Stream connected(const Task& task) {
    Stream stream(new_socket(), task);
    const sockaddr_un address = address_of(task);
    while (connect(stream.socket(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno != ENOENT && errno != ECONNREFUSED) bench::throw_errno("connect");
        bench::sleep_ns(50'000);  // the other side has not come that far yet
    }
    return stream;
}

std::vector<Stream> accepted(const Task& task) {
    const Stream listener(new_socket(), task);
    const sockaddr_un address = address_of(task);
    if (bind(listener.socket(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener.socket(), 16) != 0)
        bench::throw_errno("cannot listen");
    std::vector<Stream> streams;
    while (streams.size() < task.givers) {
        const int socket = accept4(listener.socket(), nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) bench::throw_errno("accept");
        streams.emplace_back(socket, task);
    }
    return streams;
}

class Client {
public:
    explicit Client(const Task& task) : stream_(connected(task)) {}
    void request(const Message& message) {
        stream_.write(message.bytes());
        std::byte processed{};
        stream_.read({&processed, 1});
    }
    void send(const Message& message) { stream_.write(message.bytes()); }

private:
    Stream stream_;
};

class Server {
public:
    explicit Server(const Task& task) : streams_(accepted(task)), buffer_(task.bytes), polls_(streams_.size()) {
        for (std::size_t at = 0; at < streams_.size(); ++at)
            polls_[at] = {.fd = streams_[at].socket(), .events = POLLIN, .revents = 0};
    }
    void serve(auto&& touch) {
        read_from(0, touch);
        const std::byte processed{1};
        streams_.front().write({&processed, 1});
    }
    void receive(auto&& touch) {
        if (streams_.size() > 1 && poll(polls_.data(), polls_.size(), -1) < 0) bench::throw_errno("poll");
        for (std::size_t at = 0; at < streams_.size(); ++at)
            if (streams_.size() == 1 || (polls_[at].revents & POLLIN) != 0) read_from(at, touch);
    }

private:
    void read_from(std::size_t at, auto& touch) {
        if (streams_[at].read(buffer_))
            touch(std::span<const std::byte>(buffer_));
        else
            polls_[at].fd = -1;  // poll() passes it over
    }

    std::vector<Stream> streams_;
    std::vector<std::byte> buffer_;
    std::vector<pollfd> polls_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender("unix_socket", bench::Kind::rival,
                            "SOCK_STREAM, one send and one recv (MSG_WAITALL) per message, kernel's buffer sizes; "
                            "busy: MSG_DONTWAIT in a loop")
        .round_trip<Client, Server>()
        .one_way<Client, Server>()
        .refuse([](const Task& task) -> std::string { return task.takers > 1 ? "a socket has one receiver" : ""; })
        .run(argc, argv);
}
