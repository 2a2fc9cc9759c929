// nng over ipc://, by its own patterns: req0/rep0, push0/pull0, pub0/sub0.
#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>

#include <atomic>
#include <stdexcept>
#include <string>

#include "contender/contender.hpp"

namespace {

using bench::Message;
using bench::Task;

void check(int error, const char* what) {
    if (error != 0) throw std::runtime_error(std::string(what) + ": " + nng_strerror(error));
}

std::string address_of(const Task& task, std::uint32_t giver) {
    return "ipc://" + task.directory() + "/" + std::to_string(giver);
}

/// The givers listen, the takers dial each of them. Messages are written and read in nng's own memory.
class Socket {
public:
    Socket(const Task& task, int (*open)(nng_socket*), bench::Side side) {
        check(open(&socket_), "cannot open a socket");
        const auto count = [](nng_pipe, nng_pipe_ev, void* counter) {
            static_cast<std::atomic<std::uint32_t>*>(counter)->fetch_add(1);
        };
        check(nng_pipe_notify(socket_, NNG_PIPE_EV_ADD_POST, count, &connections_), "cannot count connections");
        check(nng_socket_set_size(socket_, NNG_OPT_RECVMAXSZ, 0), "cannot allow large messages");
        if (side == bench::Side::giver)
            check(nng_listen(socket_, address_of(task, task.index).c_str(), nullptr, 0), "cannot listen");
        else
            for (std::uint32_t giver = 0; giver < task.givers; ++giver) dial(address_of(task, giver));
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { nng_close(socket_); }

    void send(std::size_t bytes, auto&& write) {
        nng_msg* message = nullptr;
        check(nng_msg_alloc(&message, bytes), "no memory");
        write(std::span(static_cast<std::byte*>(nng_msg_body(message)), bytes));
        const int error = nng_sendmsg(socket_, message, 0);
        if (error != 0) nng_msg_free(message);
        check(error, "cannot send");
    }
    void receive(auto&& touch) {
        nng_msg* message = nullptr;
        check(nng_recvmsg(socket_, &message, 0), "cannot receive");
        touch(std::span(static_cast<const std::byte*>(nng_msg_body(message)), nng_msg_len(message)));
        nng_msg_free(message);
    }
    nng_socket get() const noexcept { return socket_; }
    std::uint32_t connections() const noexcept { return connections_; }

private:
    void dial(const std::string& address) {
        for (;;) {
            const int error = nng_dial(socket_, address.c_str(), nullptr, 0);
            if (error == 0) return;
            if (error != NNG_ECONNREFUSED && error != NNG_ENOENT) check(error, "cannot dial");
            bench::sleep_ns(50'000);  // the other side has not come that far yet
        }
    }
    nng_socket socket_{};
    std::atomic<std::uint32_t> connections_{0};
};

class Giver {
public:
    Giver(const Task& task, int (*open)(nng_socket*)) : socket_(task, open, bench::Side::giver) {}
    void send(const Message& message) {
        socket_.send(message.size(), [&](std::span<std::byte> place) { message.write_to(place); });
    }

protected:
    Socket socket_;
};

class Client : Giver {
public:
    explicit Client(const Task& task) : Giver(task, nng_req0_open) {}
    void request(const Message& message) {
        send(message);
        socket_.receive([](std::span<const std::byte>) {});
    }
};

class Server {
public:
    explicit Server(const Task& task) : socket_(task, nng_rep0_open, bench::Side::taker) {}
    void serve(auto&& touch) {
        socket_.receive(touch);
        socket_.send(0, [](std::span<std::byte>) {});
    }

private:
    Socket socket_;
};

struct Producer : Giver {
    explicit Producer(const Task& task) : Giver(task, nng_push0_open) {}
};

class Consumer {
public:
    explicit Consumer(const Task& task) : socket_(task, nng_pull0_open, bench::Side::taker) {}
    void receive(auto&& touch) { socket_.receive(touch); }

private:
    Socket socket_;
};

class Publisher : Giver {
public:
    explicit Publisher(const Task& task) : Giver(task, nng_pub0_open) {
        while (socket_.connections() < task.takers) bench::sleep_ns(50'000);  // what is published before is nobody's
        check(nng_socket_set_int(socket_.get(), NNG_OPT_SENDBUF, static_cast<int>(task.slots)), "send buffer");
    }
    void publish(const Message& message) { send(message); }
};

class Subscriber {
public:
    explicit Subscriber(const Task& task) : socket_(task, nng_sub0_open, bench::Side::taker) {
        check(nng_socket_set(socket_.get(), NNG_OPT_SUB_SUBSCRIBE, "", 0), "subscribe");
        check(nng_socket_set_int(socket_.get(), NNG_OPT_RECVBUF, static_cast<int>(task.slots)), "receive buffer");
    }
    void receive(auto&& touch) { socket_.receive(touch); }

private:
    Socket socket_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender("nng", bench::Kind::rival,
                            "ipc://, req0/rep0, push0/pull0, pub0/sub0 with buffers as large as the row's slots, "
                            "messages written and read in nng's own memory (nng_sendmsg, nng_recvmsg)")
        .round_trip<Client, Server>()
        .one_way<Producer, Consumer>()
        .broadcast<Publisher, Subscriber>()
        .refuse([](const Task& task) -> std::string {
            return task.wait == bench::Wait::busy ? "cannot busy-wait: its threads sleep" : "";
        })
        .run(argc, argv);
}
