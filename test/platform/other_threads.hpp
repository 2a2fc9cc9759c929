// What the other threads of this process do.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace handoff::test {

/// True if this process has other threads, and all of them wait for something.
inline bool others_are_asleep() {
    int others = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        if (task.path().filename() == std::to_string(gettid())) continue;
        std::ifstream file(task.path() / "stat");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto end_of_name = text.rfind(')');
        if (end_of_name == std::string::npos || text.compare(end_of_name, 3, ") S") != 0) return false;
        ++others;
    }
    return others > 0;
}

}  // namespace handoff::test
