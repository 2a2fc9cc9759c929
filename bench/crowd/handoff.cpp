#include <handoff/channel.hpp>

#include <chrono>
#include <cstring>

#include "crowd/transports.hpp"

namespace bench::crowd {

namespace over_handoff {

using namespace std::chrono_literals;

handoff::ChannelShape shape_of(const Task& task) {
    constexpr std::uint32_t others = 1;
    return {.slot_count = slots, .payload_bytes = request_bytes, .reply_bytes = 8, .participants = task.many + others};
}

template <handoff::WaitPolicy wait>
class Client {
public:
    Client(const Task& task, std::uint32_t number)
        : number_(number), sender_(task.name, shape_of(task), {.wait = wait}) {}
    void request() {
        handoff::Loan loan = sender_.loan().value();
        std::memcpy(loan.payload().data(), &number_, sizeof number_);
        sender_.request(std::move(loan)).value();
    }

private:
    std::uint32_t number_;
    handoff::Sender sender_;
};

template <handoff::WaitPolicy wait>
class Server {
public:
    explicit Server(const Task& task) : receiver_(task.name, shape_of(task), {.wait = wait}) {}
    void serve() { receiver_.receive().value().processed().value(); }

private:
    handoff::Receiver receiver_;
};

template <handoff::WaitPolicy wait>
Sides sides(const Task& task) {
    return sides_of<Client<wait>, Server<wait>>(task);
}

}  // namespace over_handoff

Sides handoff_sides(const Task& task) {
    return over_handoff::sides<handoff::WaitPolicy::balanced>(task);
}

Sides sleeping_handoff_sides(const Task& task) {
    return over_handoff::sides<handoff::WaitPolicy::sleep>(task);
}

}  // namespace bench::crowd
