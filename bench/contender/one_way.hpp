// The loops of one-way work: lossless, each message to one of the consumers; with two measurements more on the same
// classes, `start` and `open_loop`.
//
//   struct Producer {                                 struct Consumer {
//       explicit Producer(const Task&);                   explicit Consumer(const Task&);
//       void send(const Message&);                        void receive(auto&& touch);
//       void send_batch(Message&, std::uint32_t);     };   // waits for at least one, may take several
//   };
//
// send() waits while there is no room. send_batch() is optional: it sends so many messages, calling next() before
// each. Where Task::batch is above 1, a contender without it refuses.
#pragma once

#include <cstdint>

#include "contender/message.hpp"
#include "contender/role.hpp"

namespace bench {

template <class Producer>
concept SendsBatches = requires(Producer producer, Message message) {
    producer.send_batch(message, 16U);
};

/// After the last message: wakes consumers that still wait until every one of them has seen that it is over. Nobody
/// leaves before that: some would take along what they have not handed over yet.
template <class Producer>
void end_consumers(Role& role, Producer& producer, Message& message) {
    role.report().state = State::done;
    message.poison();
    Patience patience;
    while (!role.all_are(Side::giver, State::done)) patience.pause();
    while (!role.all_are(Side::taker, State::ended)) {
        if (role.index() == 0) producer.send(message);
        for (int look = 0; look < 10 && !role.all_are(Side::taker, State::ended); ++look) sleep_ns(100'000);
    }
}

inline void report_sent(Role& role, const Message& message) noexcept {
    role.report().messages = message.count();
    role.report().header_sum = message.header_sum();
}

template <class Producer>
void run_producer(Role& role) {
    Producer producer(role.task());
    Message message(role.task(), role.index());
    role.start();
    while (!role.is_stopped()) {
        if constexpr (SendsBatches<Producer>) {
            if (role.task().batch > 1) {
                producer.send_batch(message, role.task().batch);
                continue;
            }
        }
        message.next();
        producer.send(message);
    }
    report_sent(role, message);
    end_consumers(role, producer, message);
    role.finish();
}

template <class Consumer, class Each>
void consume(Role& role, Consumer& consumer, Touch& touch, Each&& each) {
    for (;;) {
        consumer.receive(each);
        role.report().messages.store(touch.count(), std::memory_order_relaxed);
        // A poison may overtake messages of others, so it is only a hint to count.
        if (touch.is_over() && role.all_are(Side::giver, State::done) &&
            role.messages_of(Side::taker) >= role.messages_of(Side::giver))
            break;
    }
    role.report().header_sum = touch.header_sum();
    role.report().sum = touch.sum();
    role.report().state = State::ended;
    role.finish();
}

template <class Consumer>
void run_consumer(Role& role) {
    Consumer consumer(role.task());
    Touch touch(role.task());
    role.start();
    consume(role, consumer, touch, touch);
}

// ---- start: nobody waits for anybody; the harness has read the clock before the first exec ------------------------

template <class Producer>
void run_first_producer(Role& role) {
    Producer producer(role.task());
    Message message(role.task(), role.index());
    message.next();
    producer.send(message);
    report_sent(role, message);
    while (!role.all_are(Side::taker, State::ended)) sleep_ns(100'000);
}

template <class Consumer>
void run_first_consumer(Role& role) {
    Consumer consumer(role.task());
    Touch touch(role.task());
    while (touch.count() == 0) consumer.receive(touch);
    role.report().first_ns = now_ns();
    role.report().messages = touch.count();
    role.report().header_sum = touch.header_sum();
    role.report().sum = touch.sum();
    role.report().state = State::ended;
}

// ---- open loop: message n belongs to the moment begin + n * interval, whatever happened to the one before ---------

inline constexpr std::int64_t open_loop_lead_ns = 20'000'000;

inline std::int64_t due_ns(std::int64_t begin_ns, std::uint64_t number, std::uint32_t per_second) noexcept {
    return begin_ns + open_loop_lead_ns + static_cast<std::int64_t>(number - 1) * (1'000'000'000 / per_second);
}

/// Sleeps, and spins through the end, so that the sender's own timer is not measured.
inline void wait_until(std::int64_t at_ns) noexcept {
    constexpr std::int64_t spin_ns = 300'000;
    const std::int64_t pause_ns = at_ns - spin_ns - now_ns();
    if (pause_ns > 0) sleep_ns(pause_ns);
    while (now_ns() < at_ns) cpu_pause();
}

template <class Producer>
void run_open_producer(Role& role) {
    Producer producer(role.task());
    Message message(role.task(), role.index());
    role.start();
    while (!role.is_stopped()) {
        message.next();
        wait_until(due_ns(role.begin_ns(), message.count(), role.task().per_second));
        producer.send(message);
    }
    report_sent(role, message);
    end_consumers(role, producer, message);
    role.finish();
}

template <class Consumer>
void run_open_consumer(Role& role) {
    Consumer consumer(role.task());
    Touch touch(role.task());
    role.start();
    const auto timed = [&](std::span<const std::byte> bytes) {
        const std::int64_t arrived_ns = now_ns();
        touch(bytes);
        if (touch.is_over()) return;
        const std::int64_t late_ns = arrived_ns - due_ns(role.begin_ns(), touch.count(), role.task().per_second);
        role.report().times.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, late_ns)) * 1000);
    };
    consume(role, consumer, touch, timed);
}

}  // namespace bench
