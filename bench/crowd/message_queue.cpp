#include <boost/interprocess/ipc/message_queue.hpp>

#include <array>
#include <cstring>
#include <map>

#include "crowd/transports.hpp"

namespace bench::crowd {

namespace over_message_queue {

namespace bip = boost::interprocess;
using bip::message_queue;
using Bytes = std::array<char, request_bytes>;

class Queue {
public:
    Queue(const std::string& name, std::size_t messages)
        : queue_(bip::open_or_create, name.c_str(), messages, request_bytes) {}
    void send(const Bytes& bytes) { queue_.send(bytes.data(), bytes.size(), 0); }
    Bytes receive() {
        Bytes bytes{};
        message_queue::size_type size = 0;
        unsigned priority = 0;
        queue_.receive(bytes.data(), bytes.size(), size, priority);
        return bytes;
    }

private:
    message_queue queue_;
};

std::string requests_of(const Task& task) {
    return task.name + "-requests";
}

std::string answers_of(const Task& task, std::uint32_t number) {
    return task.name + "-answers-" + std::to_string(number);
}

class Client {
public:
    Client(const Task& task, std::uint32_t number)
        : requests_(requests_of(task), slots), answers_(answers_of(task, number), 1) {
        std::memcpy(bytes_.data(), &number, sizeof number);
    }
    void request() {
        requests_.send(bytes_);
        answers_.receive();
    }

private:
    Queue requests_, answers_;
    Bytes bytes_{};
};

class Server {
public:
    explicit Server(const Task& task) : task_(task), requests_(requests_of(task), slots) {}
    void serve() {
        const Bytes bytes = requests_.receive();
        std::uint32_t number = 0;
        std::memcpy(&number, bytes.data(), sizeof number);
        answers_.try_emplace(number, answers_of(task_, number), 1).first->second.send(bytes);
    }

private:
    Task task_;
    Queue requests_;
    std::map<std::uint32_t, Queue> answers_;
};

}  // namespace over_message_queue

Sides message_queue_sides(const Task& task) {
    return sides_of<over_message_queue::Client, over_message_queue::Server>(task);
}

}  // namespace bench::crowd
