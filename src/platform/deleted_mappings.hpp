// The processes that still have removed files mapped, as far as this user may see.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::detail::platform {

struct DeletedMapping {
    std::string path;  ///< that the file had
    std::uint32_t pid;
    std::string program;  ///< from /proc/PID/comm, printable
};

/// Every process that has a removed file mapped whose path began with `prefix`; each pair of file and process once.
/// Without the processes that this user may not inspect.
std::vector<DeletedMapping> deleted_mappings(std::string_view prefix);

}  // namespace handoff::detail::platform
