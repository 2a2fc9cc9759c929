// Whether a process or a thread sleeps in the kernel at this moment: a state to wait for, where a test would sleep
// otherwise.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace handoff::test {

/// True if the main thread of the process, or the thread, of this directory of /proc waits for something (state S).
inline bool is_asleep(const std::filesystem::path& directory) {
    std::ifstream file(directory / "stat");
    std::string text;
    std::getline(file, text);  // nothing if it has ended meanwhile: the kernel then refuses to read what is open
    const auto end_of_name = text.rfind(')');
    return end_of_name != std::string::npos && text.compare(end_of_name, 3, ") S") == 0;
}
/// Through `task`: qemu-user makes up /proc/PID/stat of its own process, where it never sleeps.
inline bool is_asleep(int pid) {
    const std::string id = std::to_string(pid);
    return is_asleep(std::filesystem::path("/proc") / id / "task" / id);
}

/// True if this process has other threads, and all of them wait for something.
inline bool others_are_asleep() {
    int others = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        if (task.path().filename() == std::to_string(gettid())) continue;
        if (!is_asleep(task.path())) return false;
        ++others;
    }
    return others > 0;
}

}  // namespace handoff::test
