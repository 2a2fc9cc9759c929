// How much shared memory is available, without allocating any.
//
// Why before allocating: if tmpfs may grow beyond free RAM, posix_fallocate does not fail; the kernel kills
// unrelated processes instead.
#pragma once

#include <cstdint>
#include <string>

namespace handoff::detail::platform {

struct MemoryLimits {
    std::uint64_t tmpfs_free_bytes = UINT64_MAX;        ///< of the file system that holds the segments
    std::uint64_t ram_available_bytes = UINT64_MAX;     ///< MemAvailable
    std::uint64_t cgroup_available_bytes = UINT64_MAX;  ///< smallest limit - use up to the root; no caches
    std::uint64_t tmpfs_total_bytes = UINT64_MAX;
    std::uint64_t mapping_bytes = PTRDIFF_MAX;  ///< the most that one mapping of this program can hold
};

/// UINT64_MAX: there is no such limit, or it cannot be read.
MemoryLimits memory_limits(const std::string& directory);

/// The reason why `needed_bytes` are not available under these limits and what to do, or "" if they are.
std::string capacity_error(std::uint64_t needed_bytes, const MemoryLimits& limits, const std::string& directory);

}  // namespace handoff::detail::platform
