#include "platform/memory_limits.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace handoff::platform {
namespace {

constexpr std::uint64_t unlimited = UINT64_MAX;

std::uint64_t tmpfs_free(const std::string& directory) {
    struct statvfs status {};
    if (statvfs(directory.c_str(), &status) != 0) return unlimited;
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

std::uint64_t ram_available() {
    std::ifstream file("/proc/meminfo");
    std::string key;
    std::uint64_t kibibytes = 0;
    std::string unit;
    while (file >> key >> kibibytes) {
        std::getline(file, unit);
        if (key == "MemAvailable:") return kibibytes * 1024;
    }
    return unlimited;
}

/// The number in a file of a cgroup; "max" and absence mean no limit.
std::uint64_t number_in(const std::string& path) {
    std::ifstream file(path);
    std::uint64_t number = 0;
    return file >> number ? number : unlimited;
}

std::uint64_t cgroup_available() {
    std::ifstream membership("/proc/self/cgroup");
    std::string line;
    while (std::getline(membership, line)) {
        if (line.rfind("0::", 0) != 0) continue;  // the unified hierarchy
        std::uint64_t smallest = unlimited;
        for (std::string group = line.substr(3);; group.erase(group.rfind('/'))) {
            const std::string folder = "/sys/fs/cgroup" + (group == "/" ? "" : group);
            const std::uint64_t limit = number_in(folder + "/memory.max");
            const std::uint64_t used = number_in(folder + "/memory.current");
            if (limit != unlimited && used != unlimited) smallest = std::min(smallest, limit > used ? limit - used : 0);
            if (group.find('/') == std::string::npos) break;
        }
        return smallest;
    }
    return unlimited;
}

std::string bytes_in_words(std::uint64_t bytes) {
    std::ostringstream words;
    words << bytes << " bytes";
    if (bytes >= 1024 * 1024) words << " (" << bytes / (1024 * 1024) << " MiB)";
    return words.str();
}

}  // namespace

MemoryLimits memory_limits(const std::string& directory) {
    return {tmpfs_free(directory), ram_available(), cgroup_available()};
}

std::string why_it_does_not_fit(std::uint64_t needed_bytes, const MemoryLimits& limits, const std::string& directory) {
    const auto sentence = [&](const std::string& place, std::uint64_t free_bytes, const std::string& advice) {
        return "the segment needs " + bytes_in_words(needed_bytes) + ", but " + place + " has only " +
               bytes_in_words(free_bytes) + " left. Use fewer slots or a smaller payload" + advice;
    };
    if (needed_bytes > limits.tmpfs_free_bytes)
        return sentence(directory, limits.tmpfs_free_bytes,
                        ", or enlarge it (`mount -o remount,size=... " + directory +
                            "`; in a container: `docker run --shm-size=...`)");
    if (needed_bytes > limits.cgroup_available_bytes)
        return sentence("the memory limit of this cgroup (memory.max)", limits.cgroup_available_bytes,
                        ", or raise the container's memory limit");
    if (needed_bytes > limits.ram_available_bytes)
        return sentence("this machine's memory", limits.ram_available_bytes, "");
    return "";
}

}  // namespace handoff::platform
