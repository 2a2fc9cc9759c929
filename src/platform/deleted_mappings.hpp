// Who still has files mapped that have lost their names, as far as this user may see.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::detail::platform {

struct DeletedMapping {
    std::string path;  ///< that the file had
    std::uint32_t pid;
    std::string program;  ///< as /proc/PID/comm says, printable
};

/// Every process that has a file mapped whose path began with `prefix` and is gone; each pair of file and process once.
/// Of processes that we may not look at nothing is said.
std::vector<DeletedMapping> deleted_mappings(std::string_view prefix);

}  // namespace handoff::detail::platform
