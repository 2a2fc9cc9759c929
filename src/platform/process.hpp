// Who this process is, and whether it is still the one that opened a handle.
#pragma once

#include <cstdint>
#include <string>

namespace handoff::platform {

/// For people and logs: a pid says nothing across containers and is used again; whether somebody lives is told by
/// locks.
struct ProcessIdentity {
    std::uint32_t pid = 0;
    std::uint32_t uid = 0;
    std::uint64_t start_time = 0;  ///< clock ticks since boot (field 22 of /proc/self/stat), 0: not known
    std::string program;           ///< base name of the executable
};
ProcessIdentity this_process();

/// Grows by one in every fork's child, so that a handle can tell that it was inherited. One relaxed load.
std::uint32_t fork_generation() noexcept;

/// Closes `fd` in every child that fork() makes from now on. Needed for lock descriptors: a child shares the open file
/// description and would keep its dead parent's locks.
void close_in_children(int fd);
/// Ends that, before the descriptor is closed.
void stop_closing_in_children(int fd) noexcept;

}  // namespace handoff::platform
