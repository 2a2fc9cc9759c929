// The files that take shared memory, of any program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace handoff::apps::tool {

struct ShmFile {
    std::string name;     ///< below the directory, as other people chose it
    std::uint64_t bytes;  ///< of memory, which for a file with holes is less than its size
    std::uint32_t owner_uid;
};

/// Regular files of that directory and of those below it that we may read, the largest first.
std::vector<ShmFile> files_by_size(const std::string& directory);

/// "the largest: torch_1234 (40.0 MB, root), handoff.frames (12.0 MB, alice) and 7 more with 1.2 MB"; and what
/// `used_bytes` has beyond them: files that were removed and are still mapped. Names are shown without control
/// characters.
std::string format_largest(const std::vector<ShmFile>& files, std::uint64_t used_bytes);

}  // namespace handoff::apps::tool
