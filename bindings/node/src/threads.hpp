// Threads for what can only be done on one: made when all are busy, kept for the next.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

namespace handoff::node {

/// run() is called by one thread.
class Threads {
public:
    Threads() = default;
    Threads(const Threads&) = delete;
    /// Waits for what runs: end it before.
    ~Threads();

    /// Runs `body` on a thread of its own. False if there is no thread to be had.
    bool run(std::function<void()> body);

private:
    void work() noexcept;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::queue<std::function<void()>> queue_;  // guarded by mutex_
    std::size_t idle_ = 0;                     // guarded by mutex_; those that will take from the queue
    bool is_ending_ = false;                   // guarded by mutex_
    std::vector<std::thread> threads_;
};

}  // namespace handoff::node
