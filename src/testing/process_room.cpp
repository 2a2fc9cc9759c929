#include "testing/process_room.hpp"

#include "platform/memory_limits.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace handoff::detail::testing {
namespace {

constexpr std::uint64_t unlimited = UINT64_MAX;

std::uint64_t left_of(std::uint64_t limit, std::uint64_t used) {
    return limit == unlimited ? unlimited : limit - std::min(limit, used);
}

/// Threads of this user, which the kernel compares with RLIMIT_NPROC. Processes that end meanwhile do not count.
std::uint64_t threads_of(uid_t user) {
    std::uint64_t threads = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
        struct stat process {
        }, tasks{};
        if (stat(entry->path().c_str(), &process) != 0 || process.st_uid != user) continue;
        if (stat((entry->path() / "task").c_str(), &tasks) == 0 && tasks.st_nlink > 2) threads += tasks.st_nlink - 2;
    }
    return threads;
}

std::uint64_t left_to_user() {
    rlimit limit{};
    if (geteuid() == 0 || getrlimit(RLIMIT_NPROC, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
    return left_of(limit.rlim_cur, threads_of(getuid()));
}

/// The number in a file of a cgroup; "max" and absence mean no limit.
std::uint64_t number_in(const std::string& path) {
    std::ifstream file(path);
    std::uint64_t number = 0;
    return file >> number ? number : unlimited;
}

/// The tightest limit on the way from `group` to the root.
std::uint64_t left_in(const std::string& mounted_at, std::string group) {
    std::uint64_t smallest = unlimited;
    for (;; group.erase(group.rfind('/'))) {
        const std::string folder = mounted_at + (group == "/" ? "" : group);
        const std::uint64_t used = number_in(folder + "/pids.current");
        if (used != unlimited) smallest = std::min(smallest, left_of(number_in(folder + "/pids.max"), used));
        if (group.find('/') == std::string::npos) return smallest;
    }
}

std::uint64_t left_in_cgroups() {
    std::ifstream membership("/proc/self/cgroup");
    std::uint64_t smallest = unlimited;
    for (std::string line; std::getline(membership, line);) {  // number:controller,controller:/path
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
        const std::string group = line.substr(second + 1);
        if (controllers == ",,") smallest = std::min(smallest, left_in("/sys/fs/cgroup", group));
        if (controllers.find(",pids,") != std::string::npos)
            smallest = std::min(smallest, left_in("/sys/fs/cgroup/pids", group));
    }
    return smallest;
}

std::uint64_t left_in_memory(std::uint64_t bytes_each) {
    const detail::platform::MemoryLimits limits = detail::platform::memory_limits("/dev/shm");
    return std::min(limits.ram_available_bytes, limits.cgroup_available_bytes) / std::max<std::uint64_t>(1, bytes_each);
}

}  // namespace

ProcessRoom room_for_processes(std::uint64_t bytes_each) {
    ProcessRoom room;
    const auto bound = [&](std::uint64_t processes, const char* limit) {
        if (processes < room.processes) room = {processes, limit};
    };
    bound(left_to_user(), "the user's limit of processes (ulimit -u)");
    bound(left_in_cgroups(), "the limit of processes of this cgroup (pids.max; in a container: --pids-limit)");
    bound(left_in_memory(bytes_each), "the memory that is left");
    return room;
}

}  // namespace handoff::detail::testing
