// handoff testing: how many processes may still be started here, asked without starting one.
#pragma once

#include <cstdint>
#include <string>

namespace handoff::testing {

struct ProcessRoom {
    std::uint64_t processes = UINT64_MAX;  ///< that can be started beside those that run
    std::string limit;                     ///< what allows no more, as in "pids.max of this cgroup"
};

/// The tightest of: the user's limit (ulimit -u, not asked of root), the pids controller of every cgroup above us, and
/// the memory that is left, of which a process is said to take `bytes_each`.
ProcessRoom room_for_processes(std::uint64_t bytes_each);

}  // namespace handoff::testing
