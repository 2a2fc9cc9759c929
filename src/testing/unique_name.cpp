#include <handoff/testing.hpp>

#include <signal.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <random>
#include <sstream>

namespace handoff::testing {
namespace {

const std::filesystem::path shared_memory = "/dev/shm";
constexpr std::string_view file_prefix = "handoff.";
constexpr std::size_t longest_label = 80;

// A process id has a meaning only inside its namespace; names made in another one must not be removed here.
std::string name_prefix() {
    std::error_code failure;
    std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", failure).string();
    std::erase_if(space, [](unsigned char c) { return !std::isdigit(c); });
    return "unit-test." + space + ".";
}

std::string clean(std::string_view label) {
    std::string result(label.substr(0, longest_label));
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return !std::isalnum(c) && c != '_' && c != '-'; }, '-');
    return result.empty() ? "test" : result;
}

std::vector<std::filesystem::path> files_beginning_with(const std::string& beginning) {
    std::vector<std::filesystem::path> files;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(shared_memory, failure))
        if (entry.path().filename().string().starts_with(beginning)) files.push_back(entry.path());
    return files;
}

bool is_dead(pid_t pid) {
    return ::kill(pid, 0) != 0 && errno == ESRCH;
}

void remove_files_of_the_dead() {
    const std::string beginning = std::string(file_prefix) + name_prefix();
    for (const auto& file : files_beginning_with(beginning)) {
        const std::string name = file.filename().string();
        pid_t pid = 0;
        std::from_chars(name.data() + beginning.size(), name.data() + name.size(), pid);
        std::error_code ignored;
        if (pid > 0 && is_dead(pid)) std::filesystem::remove(file, ignored);
    }
}

}  // namespace

UniqueName::UniqueName(std::string_view label) : owner_(::getpid()) {
    static std::atomic<unsigned> counter{0};
    remove_files_of_the_dead();
    std::ostringstream name;
    name << name_prefix() << owner_ << '.' << ++counter << '.' << std::hex << std::random_device{}() << '.'
         << clean(label);
    name_ = name.str();
}

UniqueName::~UniqueName() {
    if (owner_ != ::getpid()) return;
    std::error_code ignored;
    for (const auto& file : left_behind()) std::filesystem::remove(file, ignored);
}

std::vector<std::string> UniqueName::left_behind() const {
    const std::string segment = std::string(file_prefix) + name_;
    std::vector<std::string> files;
    for (const auto& file : files_beginning_with(segment)) {
        const std::string rest = file.filename().string().substr(segment.size());
        if (rest.empty() || rest.front() == '.') files.push_back(file.string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace handoff::testing
