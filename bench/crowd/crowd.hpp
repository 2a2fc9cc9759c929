// The processes of a trial with many: forked, counted, measured from outside, and gone when it ends.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "contender/histogram.hpp"

namespace bench::crowd {

/// A trial that could not be seen to its end; what() is for the table.
struct TrialFailed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What the processes of a trial share beside that which is measured.
struct Board {
    alignas(64) std::atomic<std::uint32_t> attached{0};
    alignas(64) std::atomic<std::uint32_t> go{0};           ///< a futex
    alignas(64) std::atomic<std::uint64_t> messages{0};     ///< handed over so far
    alignas(64) std::atomic<std::uint32_t> is_complete{0};  ///< who measures times has ended
    std::atomic<std::uint32_t> failures{0};
    std::array<char, 400> words{};  ///< of the first failure; written before failures becomes 2
    Histogram times;                ///< picoseconds; written by one process

    /// Of a process: it is attached; returns when work begins.
    void arrive() noexcept;
};

/// A board in memory that forked processes share.
class SharedBoard {
public:
    SharedBoard();
    SharedBoard(const SharedBoard&) = delete;
    SharedBoard& operator=(const SharedBoard&) = delete;
    ~SharedBoard();

    Board& operator*() const noexcept { return *board_; }
    Board* operator->() const noexcept { return board_; }

    void let_go() noexcept;
    /// Looks each millisecond until the condition holds. Throws TrialFailed when a process has failed or the deadline
    /// has passed (`what` then says what did not happen), Interrupted after Ctrl-C.
    void wait_for(const std::function<bool()>& condition, double seconds,
                  const std::function<std::string()>& what) const;
    /// Lets time pass. Throws like wait_for().
    void watch_for(double seconds) const;

private:
    void check() const;
    Board* board_;
};

/// Processes that do the same; killed and reaped when this ends.
class Crowd {
public:
    /// In the process with this number, counted from 0. An exception becomes the words of the board.
    using Life = std::function<void(Board&, std::uint32_t)>;

    Crowd(SharedBoard& board, std::uint32_t count, const Life& life);
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;
    ~Crowd();

    /// User and system time of all, until now.
    double cpu_s() const;

private:
    void kill_all() noexcept;
    std::vector<pid_t> pids_;
};

/// Why so many processes cannot be started here, each with a few MiB, by one that holds `descriptors` of its own; empty
/// if they can.
std::string why_too_many(std::uint32_t processes, std::uint32_t descriptors);

}  // namespace bench::crowd
