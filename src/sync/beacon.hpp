// A file descriptor that is readable while a source has something: for epoll, poll, Boost.Asio.
//
// A thread sleeps on the source's condition and lights the descriptor; whoever takes from the source lets it look
// again. Thread safety: all members may be called by several threads. Fork: the child has the descriptor, but no
// thread; it must not use either.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "platform/descriptor.hpp"

namespace handoff::detail::sync {

class WaitSource;

class Beacon {
public:
    /// Throws Error(system) if there is no descriptor or no thread to be had.
    explicit Beacon(WaitSource& source);
    /// REQUIRES: is_of_this_process()
    ~Beacon();

    /// False in a child of fork, which has the memory but not the thread: forget the beacon there.
    bool is_of_this_process() const noexcept;
    int descriptor() const noexcept { return event_.get(); }
    /// Darkens the descriptor if the source has nothing left, and lets the thread wait for more.
    void look_again() noexcept;

private:
    void run() noexcept;
    void wait_for_something() noexcept;

    WaitSource& source_;
    platform::Descriptor event_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool lit_ = false;
    std::atomic<bool> stopping_{false};
    std::uint32_t fork_generation_;
    std::thread thread_;
};

}  // namespace handoff::detail::sync
