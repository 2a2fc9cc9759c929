// request -> processed with a crowd on one of its two sides. What the classes of a contender must have:
//
//   struct Client {                                     struct Server {
//       Client(const Task&, std::uint32_t number);          explicit Server(const Task&);
//       void request();  // 64 bytes                        void serve();  // one request
//   };                                                  };
//
// request() returns when its own request was processed; a request carries the number of its client, so that the server
// can answer to it. Either constructor may run first.
#pragma once

#include <unistd.h>

#include "crowd/crowd.hpp"
#include "crowd/task.hpp"

namespace bench::crowd {

inline constexpr std::uint32_t slots = 4;
inline constexpr std::size_t request_bytes = 64;

struct Sides {
    Crowd::Life client, timed_client, server;
};

/// Of many senders and one receiver: requests per second, and the CPU of both sides for each.
Sample many_senders(const Task& task, const Sides& sides);
/// Of one sender and many receivers that sleep: how long they take to attach, what they burn while nothing happens, how
/// long a request takes, and the CPU that the receivers spend on it.
Sample many_receivers(const Task& task, const Sides& sides);

/// The client that measures times ends after so many.
inline constexpr std::uint64_t most_timed = 2000, least_timed = 20;

void time_requests(Board& board, double seconds, const std::function<void()>& request);

template <class Client, class Server>
Sides sides_of(const Task& task) {
    return {.client =
                [task](Board& board, std::uint32_t number) {
                    Client client(task, number);
                    board.arrive();
                    for (;;) client.request();
                },
            .timed_client =
                [task](Board& board, std::uint32_t number) {
                    Client client(task, number);
                    board.arrive();
                    time_requests(board, task.seconds, [&] { client.request(); });
                    board.is_complete.store(1);
                    for (;;) pause();  // what it holds is still attached when the CPU is read
                },
            .server =
                [task](Board& board, std::uint32_t) {
                    Server server(task);
                    board.arrive();
                    for (;;) {
                        server.serve();
                        board.messages.fetch_add(1, std::memory_order_relaxed);
                    }
                }};
}

}  // namespace bench::crowd
