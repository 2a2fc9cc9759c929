// handoff, through its public headers.
#include <handoff/handoff.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "contender/contender.hpp"

namespace {

using namespace std::chrono_literals;
using bench::Message;
using bench::Task;

handoff::WaitPolicy policy_of(const Task& task) {
    switch (task.wait) {
        case bench::Wait::busy:
            return handoff::WaitPolicy::busy;
        case bench::Wait::balanced:
            return handoff::WaitPolicy::balanced;
        case bench::Wait::sleep:
            return handoff::WaitPolicy::sleep;
    }
    return handoff::WaitPolicy::balanced;
}

/// As docs/channel.md recommends for millions of messages a second.
bool is_stream_of_small_messages(const Task& task) {
    return task.pattern == bench::Pattern::one_way && task.bytes <= 4096;
}

handoff::ChannelShape shape_of(const Task& task) {
    return {.slot_count = task.slots, .payload_bytes = task.bytes, .participants = std::max(32U, task.participants)};
}

handoff::HandleOptions handle_of(const Task& task) {
    return {.wait = policy_of(task),
            .timestamps = is_stream_of_small_messages(task) ? handoff::Timestamps::coarse : handoff::Timestamps::exact,
            .prefault = task.bytes >= 65536};
}

/// A Sender, and beside it participants that do nothing.
class Giving {
public:
    explicit Giving(const Task& task) : sender_(task.name(), shape_of(task), handle_of(task)) {
        for (std::uint32_t index = task.givers + task.takers; index < task.participants; ++index)
            idle_.emplace_back(task.name(), shape_of(task), handle_of(task));
        sender_.wait_for_receiver(10s).value();
    }

protected:
    handoff::Loan filled(const Message& message) {
        handoff::Loan loan = sender_.loan().value();
        message.write_to(loan.payload());
        return loan;
    }
    handoff::Sender sender_;
    std::vector<handoff::Sender> idle_;
};

class Taking {
public:
    explicit Taking(const Task& task) : receiver_(task.name(), shape_of(task), handle_of(task)), batch_(task.batch) {}

    void serve(auto&& touch) {
        auto request = receiver_.receive();
        touch(request->payload());
        request->processed().value();
    }
    void receive(auto&& touch) {
        if (batch_.size() == 1) return serve(touch);
        const auto requests = std::span(batch_).first(receiver_.receive(batch_).value());
        for (const handoff::Request& request : requests) touch(request.payload());
        receiver_.processed(requests).value();
    }

private:
    handoff::Receiver receiver_;
    std::vector<handoff::Request> batch_;
};

struct Client : Giving {
    using Giving::Giving;
    void request(const Message& message) { sender_.request(filled(message)).value(); }
};

struct Producer : Giving {
    using Giving::Giving;
    void send(const Message& message) { sender_.send(filled(message)).value(); }
    void send_batch(Message& message, std::uint32_t count) {
        for (std::uint32_t sent = 0; sent < count;) {
            const std::size_t loaned =
                sender_.loan(std::span(batch_).first(std::min<std::size_t>(count - sent, batch_.size()))).value();
            const auto loans = std::span(batch_).first(loaned);
            for (handoff::Loan& loan : loans) {
                message.next();
                message.write_to(loan.payload());
            }
            sender_.send(loans).value();
            sent += static_cast<std::uint32_t>(loaned);
        }
    }

private:
    std::array<handoff::Loan, 64> batch_;
};

handoff::TopicShape topic_shape_of(const Task& task) {
    return {.history = task.slots, .payload_bytes = task.bytes};
}

handoff::Timestamps topic_timestamps_of(const Task& task) {
    return task.bytes <= 4096 ? handoff::Timestamps::coarse : handoff::Timestamps::exact;
}

handoff::HandleOptions publisher_handle_of(const Task& task) {
    return {.wait = policy_of(task), .timestamps = topic_timestamps_of(task), .prefault = task.bytes >= 65536};
}

handoff::SubscriberOptions subscriber_options_of(const Task& task) {
    return {.wait = policy_of(task),
            .timestamps = topic_timestamps_of(task),
            .prefault = task.bytes >= 65536,
            .start = handoff::Start::oldest};
}

class Publisher {
public:
    explicit Publisher(const Task& task) : publisher_(task.name(), topic_shape_of(task), publisher_handle_of(task)) {}
    void publish(const Message& message) {
        handoff::Loan loan = publisher_.loan().value();
        message.write_to(loan.payload());
        publisher_.publish(std::move(loan)).value();
    }

private:
    handoff::Publisher publisher_;
};

class Subscriber {
public:
    explicit Subscriber(const Task& task)
        : subscriber_(task.name(), topic_shape_of(task), subscriber_options_of(task)) {}
    void receive(auto&& touch) { touch(subscriber_.next().value().payload()); }

private:
    handoff::Subscriber subscriber_;
};

class Value {
public:
    explicit Value(const Task& task)
        : value_(task.name(), {.capacity_bytes = task.bytes}, {.wait = policy_of(task)}), copy_(task.bytes) {}
    void write(const Message& message) { value_.write(message.value()).value(); }
    bool read(auto&& look) {
        if (!value_.read(copy_)) return false;
        look(std::span<const std::byte>(copy_));
        return true;
    }

private:
    handoff::LatestBytes value_;
    std::vector<std::byte> copy_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender(
               "handoff", bench::Kind::handoff,
               "loan, write in place, send; receive, read in place, processed; wait policy as the row "
               "says; as docs/channel.md recommends: prefault from 64 KiB on, coarse timestamps and, where "
               "the row has them, batches for streams of small messages")
        .round_trip<Client, Taking>()
        .one_way<Producer, Taking>()
        .broadcast<Publisher, Subscriber>()
        .latest<Value, Value>()
        .run(argc, argv);
}
