#include "harness/leftovers.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>

namespace bench {

std::string trial_name() {
    static unsigned trials = 0;
    return "handoff-bench-" + std::to_string(getpid()) + "-" + std::to_string(++trials) + "-";
}

Leftovers::Leftovers(std::string name, std::string directory)
    : name_(std::move(name)), directory_(std::move(directory)) {
    std::filesystem::create_directory(directory_);
}

Leftovers::~Leftovers() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
    for (const std::filesystem::path& place : {std::filesystem::path("/dev/shm"), std::filesystem::path("/tmp")})
        for (const auto& entry : std::filesystem::directory_iterator(place, ignored))
            if (entry.path().filename().string().find(name_) != std::string::npos)
                std::filesystem::remove(entry.path(), ignored);
}

}  // namespace bench
