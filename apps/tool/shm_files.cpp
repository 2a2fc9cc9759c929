#include "tool/shm_files.hpp"

#include "cli/printable.hpp"
#include "cli/units.hpp"
#include "tool/format.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fs = std::filesystem;

namespace handoff::apps::tool {

namespace {

std::string in_one_line(std::string name) {
    std::replace(name.begin(), name.end(), '\n', '?');
    return printable(name);
}

}  // namespace

std::vector<ShmFile> files_by_size(const std::string& directory) {
    constexpr std::size_t most = 100'000;  // enough to identify the process
    std::vector<ShmFile> files;
    std::error_code error;
    fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error), end;
    for (; !error && entry != end && files.size() < most; entry.increment(error)) {
        const std::string path = entry->path().string();
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;  // gone since
        constexpr std::uint64_t block = 512;                                            // of st_blocks
        files.push_back({fs::path(path).lexically_relative(directory).string(),
                         static_cast<std::uint64_t>(status.st_blocks) * block, status.st_uid});
    }
    std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    return files;
}

std::string format_largest(const std::vector<ShmFile>& files, std::uint64_t used_bytes) {
    constexpr std::size_t most = 5;
    std::string words;
    std::uint64_t listed = 0, rest = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (i < most)
            words += (words.empty() ? "the largest: " : ", ") + in_one_line(files[i].name) + " (" +
                     format_bytes(files[i].bytes) + ", " + user_name(files[i].owner_uid) + ")";
        else
            rest += files[i].bytes;
        listed += files[i].bytes;
    }
    if (files.size() > most)
        words += " and " + std::to_string(files.size() - most) + " more with " + format_bytes(rest);
    if (files.empty()) words = "no file is there that you may see";
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    if (used_bytes > listed + mebibyte)
        words += "; " + format_bytes(used_bytes - listed) +
                 " in files that were removed and are still mapped, or that you may not see";
    return words;
}

}  // namespace handoff::apps::tool
