// File descriptors that are readable while a source has something: for epoll, poll, Boost.Asio.
//
// Threads of this process, one for each 127 sources (the kernel sleeps on 128 words at most), sleep on the conditions
// of all sources, and on a word of their own. A thread that finds something makes the descriptor readable, and announces
// no sleep on that source's condition any more: notifiers wake nobody for it. A call that takes the last from the source
// makes the descriptor unreadable and announces the thread's sleep again, in the thread's place and without waking it.
// A source without a condition to sleep on (mapped read-only; Boost's condition) is polled: each millisecond at first,
// then ever more rarely while nothing comes, at each tick in the end. The same for all sources, but each millisecond,
// if the kernel cannot sleep on several words (before Linux 5.16).
//
// Thread safety: all members may be called by several threads. Locks: the thread's list before an entry;
//   has_something() and tick() of a source are called under its entry's lock and must not wait for a call to its
//   ReadinessFd.
// Fork: the child has the descriptors, but no thread; it must use neither, and starts threads of its own.
// End: a thread without sources ends at its next tick; sources that come before that are its own. One that still has
//   some ends with the process.
#pragma once

#include <cstdint>
#include <memory>

namespace handoff::detail::sync {

class WaitSource;

class ReadinessFd {
public:
    /// Throws Error(system) if no descriptor or thread can be created. The source must outlive this.
    explicit ReadinessFd(WaitSource& source);
    /// No thread uses the source afterwards. REQUIRES: is_of_this_process()
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
