// boost::interprocess::message_queue: copies in and out, a mutex and two conditions inside.
#include <boost/interprocess/ipc/message_queue.hpp>

#include <vector>

#include "contender/contender.hpp"

namespace {

namespace bip = boost::interprocess;
using bench::Message;
using bench::Task;

/// A queue, with send and receive as the row's way of waiting has them.
class Queue {
public:
    Queue(const Task& task, const char* suffix, std::size_t bytes)
        : is_busy_(task.wait == bench::Wait::busy),
          queue_(bip::open_or_create, (task.name() + suffix).c_str(), task.slots, bytes),
          buffer_(bytes) {}

    void send(std::span<const std::byte> bytes) {
        if (!is_busy_) return queue_.send(bytes.data(), bytes.size(), 0);
        bench::Patience patience;
        while (!queue_.try_send(bytes.data(), bytes.size(), 0)) patience.pause();
    }
    std::span<const std::byte> receive() {
        bip::message_queue::size_type size = 0;
        unsigned priority = 0;
        bench::Patience patience;
        if (is_busy_)
            while (!queue_.try_receive(buffer_.data(), buffer_.size(), size, priority)) patience.pause();
        else
            queue_.receive(buffer_.data(), buffer_.size(), size, priority);
        return {buffer_.data(), size};
    }

private:
    bool is_busy_;
    bip::message_queue queue_;
    std::vector<std::byte> buffer_;
};

class Client {
public:
    explicit Client(const Task& task) : requests_(task, "-requests", task.bytes), answers_(task, "-answers", 1) {}
    void request(const Message& message) {
        requests_.send(message.bytes());
        answers_.receive();
    }

private:
    Queue requests_, answers_;
};

class Server {
public:
    explicit Server(const Task& task) : requests_(task, "-requests", task.bytes), answers_(task, "-answers", 1) {}
    void serve(auto&& touch) {
        touch(requests_.receive());
        const std::byte processed{1};
        answers_.send({&processed, 1});
    }

private:
    Queue requests_, answers_;
};

class Producer {
public:
    explicit Producer(const Task& task) : queue_(task, "-queue", task.bytes) {}
    void send(const Message& message) { queue_.send(message.bytes()); }

private:
    Queue queue_;
};

class Consumer {
public:
    explicit Consumer(const Task& task) : queue_(task, "-queue", task.bytes) {}
    void receive(auto&& touch) { touch(queue_.receive()); }

private:
    Queue queue_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender("message_queue", bench::Kind::rival,
                            "boost::interprocess::message_queue, as many messages as the row has slots; busy: "
                            "try_send and try_receive in a loop")
        .round_trip<Client, Server>()
        .one_way<Producer, Consumer>()
        .run(argc, argv);
}
