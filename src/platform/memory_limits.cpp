#include "platform/memory_limits.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace handoff::detail::platform {
namespace {

constexpr std::uint64_t unlimited = UINT64_MAX;

struct Room {
    std::uint64_t free_bytes = unlimited;
    std::uint64_t total_bytes = unlimited;
};

Room room_in(const std::string& directory) {
    struct statvfs status {};
    if (statvfs(directory.c_str(), &status) != 0) return {};
    const std::uint64_t block_bytes = status.f_frsize;
    return {status.f_bavail * block_bytes, status.f_blocks * block_bytes};
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

/// The files of the memory controller.
struct Hierarchy {
    const char* mounted_at;
    const char* limit;
    const char* used;
    const char* reclaimable;  ///< in memory.stat: files' pages that count as used and that the kernel drops on demand
};
constexpr Hierarchy unified{"/sys/fs/cgroup", "/memory.max", "/memory.current", "inactive_file"};
constexpr Hierarchy version_1{"/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes",
                              "total_inactive_file"};

std::uint64_t reclaimable_in(const std::string& folder, const std::string& wanted) {
    std::ifstream file(folder + "/memory.stat");
    std::string key;
    std::uint64_t bytes = 0;
    while (file >> key >> bytes)
        if (key == wanted) return bytes;
    return 0;
}

/// The tightest limit on the way from `group` to the root.
std::uint64_t available_in(const Hierarchy& hierarchy, std::string group) {
    std::uint64_t smallest = unlimited;
    for (;; group.erase(group.rfind('/'))) {
        const std::string folder = hierarchy.mounted_at + (group == "/" ? "" : group);
        const std::uint64_t limit = number_in(folder + hierarchy.limit);
        const std::uint64_t used = number_in(folder + hierarchy.used);
        if (limit != unlimited && used != unlimited) {
            const std::uint64_t kept = used - std::min(used, reclaimable_in(folder, hierarchy.reclaimable));
            smallest = std::min(smallest, limit - std::min(limit, kept));
        }
        if (group.find('/') == std::string::npos) return smallest;
    }
}

std::uint64_t cgroup_available() {
    std::ifstream membership("/proc/self/cgroup");
    std::uint64_t smallest = unlimited;
    std::string line;
    while (std::getline(membership, line)) {  // number:controller,controller:/path
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
        const std::string group = line.substr(second + 1);
        if (controllers == ",,") smallest = std::min(smallest, available_in(unified, group));
        if (controllers.find(",memory,") != std::string::npos)
            smallest = std::min(smallest, available_in(version_1, group));
    }
    return smallest;
}

std::string format_bytes(std::uint64_t bytes) {
    std::ostringstream words;
    words << bytes << " bytes";
    if (bytes >= 1024 * 1024) words << " (" << bytes / (1024 * 1024) << " MiB)";
    return words.str();
}

}  // namespace

MemoryLimits memory_limits(const std::string& directory) {
    const Room room = room_in(directory);
    return {room.free_bytes, ram_available(), cgroup_available(), room.total_bytes};
}

std::string capacity_error(std::uint64_t needed_bytes, const MemoryLimits& limits, const std::string& directory) {
    const auto sentence = [&](const std::string& place, std::uint64_t free_bytes, const std::string& advice) {
        return "the segment needs " + format_bytes(needed_bytes) + ", but " + place + " has only " +
               format_bytes(free_bytes) + " left. Use fewer slots or a smaller payload" + advice;
    };
    if (needed_bytes > limits.mapping_bytes)
        return "the segment needs " + format_bytes(needed_bytes) + ", and a program of " +
               std::to_string(sizeof(void*) * 8) + " bits can map at most " + format_bytes(limits.mapping_bytes) +
               ". Use fewer slots or a smaller payload, or programs of 64 bits";
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

}  // namespace handoff::detail::platform
