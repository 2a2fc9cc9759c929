// The loops of a broadcast: every message to every subscriber.
//
//   struct Publisher {                                struct Subscriber {
//       explicit Publisher(const Task&);                  explicit Subscriber(const Task&);
//       void publish(const Message&);                     void receive(auto&& touch);
//   };                                                };   // waits for at least one, may take several
//
// The publisher never gets more than seven eighths of Task::slots ahead of the slowest subscriber that runs, as any
// application that must not lose does it: the same lines for everybody. What a stopped subscriber does to the others is
// then what the contender does.
#pragma once

#include <algorithm>
#include <cstdint>

#include "contender/message.hpp"
#include "contender/role.hpp"

namespace bench {

template <class Publisher>
void run_publisher(Role& role) {
    Publisher publisher(role.task());
    Message message(role.task(), role.index());
    role.start();
    const std::uint64_t window = role.task().slots - std::max(1U, role.task().slots / 8);
    std::uint64_t allowed = window;
    Patience patience;
    while (!role.is_stopped()) {
        if (message.count() == allowed) {
            allowed = role.slowest_taker() + window;
            if (message.count() == allowed) patience.pause();
            continue;
        }
        message.next();
        publisher.publish(message);
    }
    role.report().messages = message.count();
    role.report().header_sum = message.header_sum();
    role.report().state = State::done;
    message.poison();
    while (!role.all_are(Side::taker, State::ended)) {
        publisher.publish(message);
        for (int look = 0; look < 10 && !role.all_are(Side::taker, State::ended); ++look) sleep_ns(100'000);
    }
    role.finish();
}

template <class Subscriber>
void run_subscriber(Role& role) {
    Subscriber subscriber(role.task());
    Touch touch(role.task());
    role.start();
    if (role.is_to_be_stopped()) raise(SIGSTOP);
    while (!touch.is_over()) {
        subscriber.receive(touch);
        // pairs with Role::slowest_taker(): what was read may be overwritten
        role.report().messages.store(touch.count(), std::memory_order_release);
    }
    role.report().header_sum = touch.header_sum();
    role.report().sum = touch.sum();
    role.report().state = State::ended;
    role.finish();
}

}  // namespace bench
