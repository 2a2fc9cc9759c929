#include "platform/process.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <mutex>
#include <string_view>
#include <vector>

namespace handoff::detail::platform {

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
    forks.fetch_add(1, std::memory_order_relaxed);  // the child has one thread: nothing to order against
    inherited_mutex.unlock();
}

struct ProcStat {
    char state = '?';              ///< T and t: stopped
    std::uint64_t start_time = 0;  ///< clock ticks since boot, 0: not known
};

/// `who`: a process id, or "self". Without streams: the tool calls this for every participant of every segment.
ProcStat stat_from_proc(const std::string& who) {
    std::array<char, 1024> buffer;  // more than the first 22 fields take
    const Descriptor file(::open(("/proc/" + who + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
    const ssize_t length = file ? read(file.get(), buffer.data(), buffer.size()) : 0;
    std::string_view text(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    const auto end_of_name = text.rfind(')');  // the name may hold spaces and parentheses
    if (end_of_name == std::string_view::npos || text.size() < end_of_name + 3) return {};
    const char state = text[end_of_name + 2];
    constexpr int fields_before_start_time = 20;  // behind the name: the 3rd to the 21st, and a space before each
    text.remove_prefix(end_of_name + 1);
    for (int field = 0; field < fields_before_start_time; ++field) {
        const auto space = text.find(' ');
        if (space == std::string_view::npos) return {};
        text.remove_prefix(space + 1);
    }
    std::uint64_t start_time = 0;
    std::from_chars(text.data(), text.data() + text.size(), start_time);
    return {state, start_time};
}

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

/// The argument of an interpreter: the script, or the module of python -m; "" if there is none.
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

/// For a script its own name: "python" would not identify the program.
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
    const int error = moved < 0 && errno == EINVAL ? EMFILE : errno;  // EINVAL: the limit is below three
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

void count_forks() {
    static const int registered = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    (void)registered;
}

void close_in_children(int fd) {
    count_forks();
    const std::lock_guard lock(inherited_mutex);
    inherited_descriptors().push_back(fd);
}

Descriptor open_and_close_in_children(const std::function<Descriptor()>& open) {
    count_forks();
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

}  // namespace handoff::detail::platform
