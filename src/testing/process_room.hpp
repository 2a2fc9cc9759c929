// handoff testing: how many more processes can be started here, without starting one.
#pragma once

#include <cstdint>
#include <string>

namespace handoff::detail::testing {

struct ProcessRoom {
    std::uint64_t processes = UINT64_MAX;  ///< that can be started beside the running ones
    std::string limit;                     ///< the limit, as in "pids.max of this cgroup"
};

/// The tightest of: the user's limit (ulimit -u, ignored for root), the pids controller of every cgroup above this one,
/// and the memory that is left, with `bytes_each` per process.
ProcessRoom room_for_processes(std::uint64_t bytes_each);

}  // namespace handoff::detail::testing
