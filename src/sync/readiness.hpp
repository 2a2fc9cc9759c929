// File descriptors that are readable while a source has something: for epoll, poll, Boost.Asio.
//
// Threads of this process, one for each 127 sources (the kernel sleeps on 128 words at most), sleep on the conditions
// of all sources whose descriptor is not readable, and on a word of their own. A thread that finds something makes the
// descriptor readable and looks at that source no more; whoever takes from the source rearms it.
// A source without a condition to sleep on (mapped read-only; Boost's condition) is looked at: each millisecond at
// first, ever more rarely while nothing comes, at each tick in the end. The same for all sources, but each millisecond,
// where the kernel cannot sleep on several words (before Linux 5.16).
//
// Thread safety: all members may be called by several threads. Locks: the thread's list before an entry;
// has_something()
//   and tick() of a source are called under its entry's lock and must not wait for a call to its ReadinessFd.
// Fork: the child has the descriptors, but no thread; it must use neither, and starts threads of its own.
// End: a thread that has no source left ends. One that still has some when the process ends is ended with it.
#pragma once

#include <cstdint>
#include <memory>

namespace handoff::detail::sync {

class WaitSource;

class ReadinessFd {
public:
    /// Throws Error(system) if there is no descriptor or no thread to be had. The source must outlive this.
    explicit ReadinessFd(WaitSource& source);
    /// Nobody looks at the source afterwards. REQUIRES: is_of_this_process()
    ~ReadinessFd();
    ReadinessFd(const ReadinessFd&) = delete;

    /// False in a child of fork, which has the memory but not the thread: forget this there.
    bool is_of_this_process() const noexcept;
    int descriptor() const noexcept;
    /// Call after something was taken: makes the descriptor unreadable if the source has nothing left.
    void rearm() noexcept;

private:
    struct Entry;
    class Thread;
    struct Threads;

    std::shared_ptr<Entry> entry_;
    std::uint32_t fork_generation_;
};

}  // namespace handoff::detail::sync
