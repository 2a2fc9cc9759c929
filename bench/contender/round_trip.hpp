// The loops of a round trip: request -> processed.
//
//   struct Client {                                   struct Server {
//       explicit Client(const Task&);                     explicit Server(const Task&);
//       void request(const Message&);                     void serve(auto&& touch);  // one request
//   };                                                };
//
// request() returns when the server has processed the message. serve() waits for one request, calls touch() with its
// bytes, and answers; the answer carries nothing. Either constructor may run first, each waits for the other side.
#pragma once

#include <algorithm>
#include <cstdint>

#include "contender/message.hpp"
#include "contender/role.hpp"

namespace bench {

/// Round trips are timed in groups so long that reading the clock does not count.
inline std::uint64_t trips_per_look(std::int64_t trips, std::int64_t elapsed_ns) noexcept {
    constexpr std::int64_t group_ns = 5000;
    const std::int64_t each_ns = std::max<std::int64_t>(1, elapsed_ns / std::max<std::int64_t>(1, trips));
    return static_cast<std::uint64_t>(std::clamp<std::int64_t>(group_ns / each_ns, 1, 256));
}

template <class Client>
void run_client(Role& role) {
    Client client(role.task());
    Message message(role.task(), role.index());
    role.start();
    const auto trips = [&](std::uint64_t count) {
        const std::int64_t begin_ns = now_ns();
        for (std::uint64_t trip = 0; trip < count; ++trip) {
            message.next();
            client.request(message);
        }
        return now_ns() - begin_ns;
    };
    // Warm: every page was touched, every cache filled, and it is known how long a trip takes.
    constexpr std::int64_t warm_up_ns = 10'000'000;
    constexpr int least_trips = 4;
    std::int64_t warm_trips = 0, last_ns = 0;
    for (const std::int64_t begin_ns = now_ns();
         warm_trips < least_trips || (now_ns() - begin_ns < warm_up_ns && !role.is_stopped()); ++warm_trips)
        last_ns = warm_trips == 0 ? trips(1) : std::min(last_ns, trips(1));

    const std::uint64_t group = trips_per_look(1, last_ns);
    constexpr std::uint64_t least_groups = 3;
    for (std::uint64_t groups = 0; groups < least_groups || !role.is_stopped(); ++groups) {
        const auto picoseconds = static_cast<std::uint64_t>(trips(group)) * 1000 / group;
        role.report().times.add(picoseconds, group);
    }
    role.report().messages = message.count();
    role.report().header_sum = message.header_sum();
    message.poison();
    client.request(message);
    role.finish();
}

template <class Server>
void run_server(Role& role) {
    Server server(role.task());
    Touch touch(role.task());
    role.start();
    while (!touch.is_over()) server.serve(touch);
    role.report().messages = touch.count();
    role.report().header_sum = touch.header_sum();
    role.report().sum = touch.sum();
    role.finish();
}

}  // namespace bench
