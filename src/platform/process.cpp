#include "platform/process.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sstream>
#include <vector>

namespace handoff::platform {

constinit std::atomic<std::uint32_t> forks{0};

namespace {

// fork() copies this mutex in whatever state it is in, so it is held across the fork (prepare/parent/child below).
std::mutex inherited_mutex;
std::vector<int>& inherited_descriptors() {
    static auto* descriptors = new std::vector<int>;  // never destroyed: handles may be closed by static destructors
    return *descriptors;
}

void before_fork() {
    inherited_mutex.lock();
}
void after_fork_in_parent() {
    inherited_mutex.unlock();
}
void after_fork_in_child() {
    for (const int fd : inherited_descriptors()) ::close(fd);  // closed, never unlocked: that would unlock the parent's
    inherited_descriptors().clear();
    forks.fetch_add(1, std::memory_order_relaxed);  // the child has one thread; nobody to order against
    inherited_mutex.unlock();
}

void register_fork_handlers() {
    static const int registered = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    (void)registered;
}

struct ProcStat {
    char state = '?';              ///< T and t: stopped
    std::uint64_t start_time = 0;  ///< clock ticks since boot, 0: not known
};

/// `who`: a process id, or "self".
ProcStat stat_from_proc(const std::string& who) {
    std::ifstream file("/proc/" + who + "/stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto end_of_name = text.rfind(')');  // the name may hold spaces and parentheses
    if (end_of_name == std::string::npos) return {};
    std::istringstream fields(text.substr(end_of_name + 1));
    std::string state;
    std::string field;
    fields >> state;
    for (int index = 4; index <= 22; ++index) fields >> field;
    if (!fields) return {};
    return {state.front(), std::strtoull(field.c_str(), nullptr, 10)};
}

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

/// What an interpreter was started with: the script, or the module of python -m; "" where there is none.
std::string script_name() {
    constexpr std::array<std::string_view, 5> with_a_value{"-W", "-X", "-r", "--require", "--import"};
    std::ifstream file("/proc/self/cmdline");
    std::string argument;
    std::getline(file, argument, '\0');
    while (std::getline(file, argument, '\0')) {
        if (argument == "-m") return std::getline(file, argument, '\0') ? argument : "";
        if (argument == "-c" || argument == "-e" || argument == "-p") return "";
        if (!argument.starts_with('-')) return base_name(argument);
        if (std::find(with_a_value.begin(), with_a_value.end(), argument) != with_a_value.end())
            std::getline(file, argument, '\0');
    }
    return "";
}

/// Of a script its own name: that the program is a python tells nobody which one.
std::string program_name() {
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length <= 0) return "?";
    const std::string name = base_name(std::string(path, static_cast<std::size_t>(length)));
    const std::string script = name.starts_with("python") || name == "node" ? script_name() : "";
    return script.empty() ? name : script;
}

}  // namespace

void Descriptor::close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Descriptor above_stdio(int fd) noexcept {
    if (fd < 0 || fd > STDERR_FILENO) return Descriptor(fd);
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int error = moved < 0 && errno == EINVAL ? EMFILE : errno;  // EINVAL: not even three are allowed
    ::close(fd);
    errno = error;
    return Descriptor(moved);
}

ProcessIdentity this_process() {
    return {static_cast<std::uint32_t>(getpid()), geteuid(), stat_from_proc("self").start_time, program_name()};
}

bool is_stopped(std::uint32_t pid, std::uint64_t start_time) {
    const ProcStat stat = stat_from_proc(std::to_string(pid));
    return (stat.state == 'T' || stat.state == 't') && stat.start_time == start_time;
}

void close_in_children(int fd) {
    register_fork_handlers();
    const std::lock_guard lock(inherited_mutex);
    inherited_descriptors().push_back(fd);
}

Descriptor open_and_close_in_children(const std::function<Descriptor()>& open) {
    register_fork_handlers();
    const std::lock_guard lock(inherited_mutex);
    Descriptor file = open();
    if (file) inherited_descriptors().push_back(file.get());
    return file;
}

void close_everywhere(Descriptor& file) noexcept {
    const std::lock_guard lock(inherited_mutex);
    auto& all = inherited_descriptors();
    if (const auto found = std::find(all.begin(), all.end(), file.get()); found != all.end()) all.erase(found);
    file.close();
}

}  // namespace handoff::platform
