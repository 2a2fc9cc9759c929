// ZeroMQ over ipc://, by its own patterns: REQ/REP, PUSH/PULL, PUB/SUB.
#include <unistd.h>

#include <string>
#include <zmq.hpp>

#include "contender/contender.hpp"

namespace {

using bench::Message;
using bench::Task;

std::string path_of(const Task& task, std::uint32_t giver) {
    return task.directory() + "/" + std::to_string(giver);
}
std::string address_of(const Task& task, std::uint32_t giver) {
    return "ipc://" + path_of(task, giver);
}

zmq::const_buffer buffer_of(std::span<const std::byte> bytes) {
    return {bytes.data(), bytes.size()};
}

/// A socket with its context. The givers bind, the takers connect to each of them.
class Socket {
public:
    Socket(const Task& task, zmq::socket_type type, bench::Side side) : socket_(context_, type) {
        constexpr int default_mark = 1000;
        const int mark = task.bytes > 65536 ? static_cast<int>(task.slots) : default_mark;
        socket_.set(zmq::sockopt::sndhwm, mark);
        socket_.set(zmq::sockopt::rcvhwm, mark);
        socket_.set(zmq::sockopt::linger, 0);
        socket_.set(zmq::sockopt::reconnect_ivl, 1);  // the default lets who comes first wait for 100 ms
        if (type == zmq::socket_type::xpub) socket_.set(zmq::sockopt::xpub_verbose, 1);  // hears every subscriber
        if (type == zmq::socket_type::sub) socket_.set(zmq::sockopt::subscribe, "");
        if (task.pattern == bench::Pattern::latest) socket_.set(zmq::sockopt::conflate, 1);
        if (side == bench::Side::giver)
            socket_.bind(address_of(task, task.index));
        else
            for (std::uint32_t giver = 0; giver < task.givers; ++giver) connect(task, giver);
    }
    void send(std::span<const std::byte> bytes) { (void)socket_.send(buffer_of(bytes), zmq::send_flags::none); }
    bool receive(auto&& touch, zmq::recv_flags flags = zmq::recv_flags::none) {
        if (!socket_.recv(message_, flags)) return false;
        touch(std::span(message_.data<const std::byte>(), message_.size()));
        return true;
    }

private:
    void connect(const Task& task, std::uint32_t giver) {
        // Who is refused at first subscribes twice later on, and a publisher that counts takes that for two.
        while (access(path_of(task, giver).c_str(), F_OK) != 0) bench::sleep_ns(50'000);
        socket_.connect(address_of(task, giver));
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    zmq::message_t message_;
};

constexpr auto nothing = [](std::span<const std::byte>) {};

class Client {
public:
    explicit Client(const Task& task) : socket_(task, zmq::socket_type::req, bench::Side::giver) {}
    void request(const Message& message) {
        socket_.send(message.bytes());
        socket_.receive(nothing);
    }

private:
    Socket socket_;
};

class Server {
public:
    explicit Server(const Task& task) : socket_(task, zmq::socket_type::rep, bench::Side::taker) {}
    void serve(auto&& touch) {
        socket_.receive(touch);
        socket_.send({});
    }

private:
    Socket socket_;
};

class Producer {
public:
    explicit Producer(const Task& task) : socket_(task, zmq::socket_type::push, bench::Side::giver) {}
    void send(const Message& message) { socket_.send(message.bytes()); }

private:
    Socket socket_;
};

class Consumer {
public:
    explicit Consumer(const Task& task) : socket_(task, zmq::socket_type::pull, bench::Side::taker) {}
    void receive(auto&& touch) { socket_.receive(touch); }

private:
    Socket socket_;
};

/// An XPUB, because it hears who subscribes: what is published before that is nobody's.
class Publisher {
public:
    explicit Publisher(const Task& task) : socket_(task, zmq::socket_type::xpub, bench::Side::giver) {
        for (std::uint32_t subscribed = 0; subscribed < task.takers; ++subscribed) socket_.receive(nothing);
    }
    void publish(const Message& message) { socket_.send(message.bytes()); }

private:
    Socket socket_;
};

class Subscriber {
public:
    explicit Subscriber(const Task& task) : socket_(task, zmq::socket_type::sub, bench::Side::taker) {}
    void receive(auto&& touch) { socket_.receive(touch); }
    bool read(auto&& look) { return socket_.receive(look, zmq::recv_flags::dontwait); }

private:
    Socket socket_;
};

class Writer {
public:
    explicit Writer(const Task& task) : socket_(task, zmq::socket_type::pub, bench::Side::giver) {}
    void write(const Message& message) { socket_.send(message.value()); }

private:
    Socket socket_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender("zeromq", bench::Kind::rival,
                            "ipc://, REQ/REP, PUSH/PULL, XPUB/SUB, newest value: PUB/SUB with CONFLATE; high-water "
                            "marks of 1000 (default; above 64 KiB the row's slots), one I/O thread (default), tries to "
                            "connect each millisecond")
        .round_trip<Client, Server>()
        .one_way<Producer, Consumer>()
        .broadcast<Publisher, Subscriber>()
        .latest<Writer, Subscriber>()
        .refuse([](const Task& task) -> std::string {
            return task.wait == bench::Wait::busy ? "cannot busy-wait: its I/O thread sleeps" : "";
        })
        .run(argc, argv);
}
