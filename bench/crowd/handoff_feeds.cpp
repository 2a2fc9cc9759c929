#include <handoff/handoff.hpp>

#include <array>

#include "crowd/feeds.hpp"

namespace bench::crowd {

namespace {

constexpr std::size_t message_bytes = 64;
using Bytes = std::array<std::byte, message_bytes>;

constexpr handoff::WaitPolicy policy_of(Rest rest) {
    return rest == Rest::balanced ? handoff::WaitPolicy::balanced : handoff::WaitPolicy::sleep;
}

/// The giver takes a place, too.
std::uint32_t places_of(const Task& task) {
    return task.many + 1;
}

template <Rest rest>
struct Channel {
    static handoff::ChannelShape shape_of(const Task& task) {
        return {.payload_bytes = message_bytes, .participants = places_of(task)};
    }
    class Giver {
    public:
        explicit Giver(const Task& task) : sender_(task.name, shape_of(task), {.wait = policy_of(rest)}) {}
        void give() { sender_.send(sender_.loan().value()).value(); }

    private:
        handoff::Sender sender_;
    };
    class Taker {
    public:
        explicit Taker(const Task& task) : receiver_(task.name, shape_of(task), {.wait = policy_of(rest)}) {}
        void take() { receiver_.receive().value().processed().value(); }

    private:
        handoff::Receiver receiver_;
    };
};

template <Rest rest>
struct Topic {
    static handoff::TopicShape shape_of(const Task& task) {
        return {.history = 16, .payload_bytes = message_bytes, .participants = places_of(task)};
    }
    class Giver {
    public:
        explicit Giver(const Task& task) : publisher_(task.name, shape_of(task), {.wait = policy_of(rest)}) {}
        void give() { publisher_.publish(publisher_.loan().value()).value(); }

    private:
        handoff::Publisher publisher_;
    };
    class Taker {
    public:
        explicit Taker(const Task& task)
            : subscriber_(task.name, shape_of(task), {.wait = policy_of(rest), .pins = 0}) {}
        void take() { subscriber_.copy_next(bytes_).value(); }

    private:
        handoff::Subscriber subscriber_;
        Bytes bytes_{};
    };
};

template <Rest rest>
class Latest {
public:
    explicit Latest(const Task& task)
        : value_(task.name, {.capacity_bytes = message_bytes, .participants = places_of(task)},
                 {.wait = policy_of(rest)}) {}
    void give() { value_.write(bytes_).value(); }
    void take() { value_.wait_newer(bytes_).value(); }

private:
    handoff::LatestBytes value_;
    Bytes bytes_{};
};

}  // namespace

Feed channel_feed(const Task& task, Rest rest) {
    using Balanced = Channel<Rest::balanced>;
    using Sleep = Channel<Rest::sleep>;
    return rest == Rest::balanced ? feed_of<Balanced::Giver, Balanced::Taker>(task)
                                  : feed_of<Sleep::Giver, Sleep::Taker>(task);
}

Feed topic_feed(const Task& task, Rest rest) {
    using Balanced = Topic<Rest::balanced>;
    using Sleep = Topic<Rest::sleep>;
    return rest == Rest::balanced ? feed_of<Balanced::Giver, Balanced::Taker>(task)
                                  : feed_of<Sleep::Giver, Sleep::Taker>(task);
}

Feed latest_feed(const Task& task, Rest rest) {
    return rest == Rest::balanced ? feed_of<Latest<Rest::balanced>, Latest<Rest::balanced>>(task)
                                  : feed_of<Latest<Rest::sleep>, Latest<Rest::sleep>>(task);
}

}  // namespace bench::crowd
