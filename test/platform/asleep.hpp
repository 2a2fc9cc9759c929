// Whether another process sleeps in the kernel at this moment: a state to wait for, where a test would sleep otherwise.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace handoff::test {

/// True if the main thread of that process waits for something (state S of /proc/<pid>/stat).
inline bool is_asleep(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto end_of_name = text.rfind(')');
    return end_of_name != std::string::npos && text.compare(end_of_name, 3, ") S") == 0;
}

}  // namespace handoff::test
