// A path in /dev/shm for one test, removed at its end, whatever kind of file it is.
#pragma once

#include <handoff/testing.hpp>

#include <filesystem>
#include <string>
#include <system_error>

#include <unistd.h>

#include "platform/shm_file.hpp"

namespace handoff::test {

class ScratchPath {
public:
    ScratchPath() : path_(std::string(detail::platform::shm_directory) + "/handoff." + name_.str()), owner_(getpid()) {}
    ScratchPath(const ScratchPath&) = delete;
    ~ScratchPath() {
        std::error_code ignored;
        if (owner_ == getpid()) std::filesystem::remove_all(path_, ignored);
    }

    const std::string& str() const noexcept { return path_; }
    operator const std::string&() const noexcept { return path_; }

private:
    testing::UniqueName name_{"scratch"};
    std::string path_;
    pid_t owner_;
};

}  // namespace handoff::test
