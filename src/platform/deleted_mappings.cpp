#include "platform/deleted_mappings.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>

#include "platform/printable.hpp"

namespace handoff::detail::platform {
namespace {

namespace fs = std::filesystem;

/// The files of one process: a line of "maps" ends with the path and " (deleted)".
std::set<std::string> deleted_files(const fs::path& process, std::string_view prefix) {
    constexpr std::string_view deleted = " (deleted)";
    std::set<std::string> paths;
    std::ifstream maps(process / "maps");
    for (std::string line; std::getline(maps, line);) {
        const auto begin = line.find('/');
        if (begin == std::string::npos || !line.ends_with(deleted)) continue;
        std::string path = line.substr(begin, line.size() - begin - deleted.size());
        if (path.starts_with(prefix)) paths.insert(std::move(path));
    }
    return paths;
}

std::string program_of(const fs::path& process) {
    std::ifstream file(process / "comm");
    std::string name;
    std::getline(file, name);
    return printable(name);
}

}  // namespace

std::vector<DeletedMapping> deleted_mappings(std::string_view prefix) {
    std::vector<DeletedMapping> found;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        std::uint32_t pid = 0;
        const auto [rest, problem] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (problem != std::errc() || rest != name.data() + name.size()) continue;
        const auto paths = deleted_files(entry->path(), prefix);
        if (paths.empty()) continue;
        const std::string program = program_of(entry->path());
        for (const std::string& path : paths) found.push_back({path, pid, program});
    }
    return found;
}

}  // namespace handoff::detail::platform
