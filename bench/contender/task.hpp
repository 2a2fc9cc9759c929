// What one trial asks of its processes. Lies in the control page, so it has a fixed size and no pointers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace bench {

/// The kinds of work; each names the pair of roles that does it.
enum class Pattern : std::uint32_t {
    round_trip,  ///< client and server: request -> processed
    one_way,     ///< producers and competing consumers, lossless
    broadcast,   ///< a publisher and subscribers that each get every message
    latest,      ///< a writer and readers of the newest value, all at full speed
    start,       ///< from exec of both sides to the first message received
    open_loop,   ///< messages at fixed times, sent whether or not the last one has arrived
};

/// How a process waits. A contender that cannot do one of them refuses it.
enum class Wait : std::uint32_t {
    busy,      ///< never sleeps
    balanced,  ///< spins for a while, then sleeps
    sleep,     ///< sleeps at once
};

enum class Side : std::uint32_t {
    giver,  ///< client, producer, publisher, writer
    taker,  ///< server, consumer, subscriber, reader
};

struct Task {
    std::array<char, 64> name_text{};        ///< unique to the trial: for shared memory, services, topics
    std::array<char, 128> directory_text{};  ///< empty and removed after the trial: for sockets and pipes
    Pattern pattern = Pattern::round_trip;
    Wait wait = Wait::balanced;
    std::uint64_t bytes = 8;         ///< of a message, at least 8
    std::uint32_t zero_touch = 0;    ///< only the first 8 bytes are written and read
    std::uint32_t givers = 1;        ///< processes on the giving side
    std::uint32_t takers = 1;        ///< processes on the taking side
    std::uint32_t stopped = 0;       ///< the last `stopped` of the takers are attached and then stopped (SIGSTOP)
    std::uint32_t batch = 1;         ///< messages handed over at a time
    std::uint32_t slots = 8;         ///< messages that can be under way at once
    std::uint32_t participants = 2;  ///< attached at once, the idle included
    std::uint32_t per_second = 0;    ///< of open_loop
    std::uint32_t index = 0;         ///< of this process on its side

    std::string name() const { return name_text.data(); }
    std::string directory() const { return directory_text.data(); }
};

}  // namespace bench
