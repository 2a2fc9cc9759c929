// The identity of this process, and whether it is still the one that opened a handle.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "platform/descriptor.hpp"

namespace handoff::detail::platform {

/// For people and logs: a pid means nothing across containers and is reused; locks tell whether a process lives.
struct ProcessIdentity {
    std::uint32_t pid = 0;
    std::uint32_t uid = 0;
    std::uint64_t start_time = 0;  ///< clock ticks since boot (field 22 of /proc/self/stat), 0: not known
    std::string program;           ///< base name of the executable; of a Python or Node.js script its own
};
ProcessIdentity this_process();
/// True if that very process (its start time distinguishes it from a later one of the same number) is stopped by a
/// signal or a debugger. False also if that is not known.
bool is_stopped(std::uint32_t pid, std::uint64_t start_time);

extern std::atomic<std::uint32_t> forks;
/// Grows by one in every fork's child, so that a handle can tell that it was inherited. One relaxed load. REQUIRES:
/// forks are counted, by one of the functions below; making a lock descriptor calls one.
inline std::uint32_t fork_generation() noexcept {
    return forks.load(std::memory_order_relaxed);
}

/// From now on fork_generation() grows in children.
void count_forks();

/// The T of this process, made on first use and never destroyed: background threads may outlive every static object. A
/// child of fork gets a new one: a lock in the inherited one may be held by a thread that it does not have. Thread
/// safety: any thread. REQUIRES: making a T has no effect outside it, since one may be made in vain.
template <class T>
T& of_this_process() {
    struct Made {
        T value;
        const std::uint32_t generation = fork_generation();
    };
    static std::atomic<Made*> current{nullptr};
    Made* made = current.load(std::memory_order_acquire);  // pairs with the exchange below
    if (made != nullptr && made->generation == fork_generation()) return made->value;
    count_forks();
    auto fresh = std::make_unique<Made>();
    if (current.compare_exchange_strong(made, fresh.get(), std::memory_order_acq_rel)) return fresh.release()->value;
    return made->value;
}

/// Closes `fd` in every child that fork() makes from now on. Needed for lock descriptors: a child shares the open file
/// description and would keep its dead parent's locks.
void close_in_children(int fd);
/// The same for what `open` opens, if anything: a fork() of another thread comes before it or after it.
Descriptor open_and_close_in_children(const std::function<Descriptor()>& open);
/// Ends that and closes the descriptor, in one step with respect to a fork() of another thread.
void close_everywhere(Descriptor& file) noexcept;

}  // namespace handoff::detail::platform
