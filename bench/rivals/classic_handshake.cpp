// The classic handshake of examples/: one message in shared memory, one mutex, two conditions (Boost.Interprocess).
#include "../../examples/classic_handshake/segment.hpp"

#include <chrono>
#include <optional>

#include "contender/contender.hpp"

namespace {

using bench::Message;
using bench::Task;
using classic_handshake::Segment;

class Client {
public:
    explicit Client(const Task& task) : segment_(Segment::create(task.name(), task.bytes)) {}
    void request(const Message& message) {
        segment_->request(message.size(), [&](std::span<std::byte> place, std::uint64_t) { message.write_to(place); });
    }
    /// One way is a round trip: the message lies in the only place there is until it was processed.
    void send(const Message& message) { request(message); }

private:
    Segment segment_;
};

class Server {
public:
    explicit Server(const Task& task) : segment_(Segment::attach(task.name(), std::chrono::seconds(10)).value()) {}
    void serve(auto&& touch) {
        segment_->receive([&](std::span<const std::byte> bytes, std::uint64_t) {
            touch(bytes);
            return std::uint64_t{0};
        });
    }
    void receive(auto&& touch) { serve(touch); }

private:
    Segment segment_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender("classic_handshake", bench::Kind::rival,
                            "examples/classic_handshake: Boost interprocess_mutex, two interprocess_conditions, the "
                            "message written and read in place under the mutex")
        .round_trip<Client, Server>()
        .one_way<Client, Server>()
        .refuse([](const Task& task) -> std::string {
            if (task.wait == bench::Wait::busy) return "cannot busy-wait";
            if (task.givers > 1) return "the sender makes the segment: there can be one";
            return "";
        })
        .run(argc, argv);
}
