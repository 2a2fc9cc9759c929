// The control page: shared between the harness and the processes of one trial. It carries the task, ready, go and
// stop, and what was measured. Nothing in it is written by two processes on the path of a message.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "contender/histogram.hpp"
#include "contender/task.hpp"

namespace bench {

enum class State : std::uint32_t { starting, ready, done, ended, refused, failed };

/// Written by one process of the trial.
struct alignas(64) Report {
    std::atomic<State> state{State::starting};
    std::int32_t core = -1;  ///< to be pinned to; -1: the scheduler decides
    Side side = Side::giver;
    std::array<char, 400> words{};  ///< why it refused or failed

    alignas(64) std::atomic<std::uint64_t> messages{0};  ///< so far; the harness looks at it while the trial runs

    alignas(64) std::uint64_t header_sum = 0;  ///< of all messages
    std::uint64_t sum = 0;                     ///< of all words of all messages
    std::uint64_t torn = 0;                    ///< latest: values whose words differ
    std::uint64_t stale = 0;                   ///< latest: reads that found the value before
    std::int64_t first_ns = 0;                 ///< start: when the first message was there
    std::uint64_t cpu_ns = 0;                  ///< user and system, all threads, from go to the end
    std::uint64_t sleeps = 0;                  ///< voluntary context switches, from go to the end
    Histogram times;
};

struct Control {
    static constexpr std::size_t max_processes = 16;

    Task task;
    std::uint32_t processes = 0;
    alignas(64) std::atomic<std::uint32_t> ready{0};  ///< a futex: the harness waits on it
    alignas(64) std::atomic<std::uint32_t> go{0};     ///< a futex: the processes wait on it
    std::int64_t begin_ns = 0;                        ///< when go was given
    alignas(64) std::atomic<std::uint32_t> stop{0};
    std::array<Report, max_processes> reports;
};

}  // namespace bench
