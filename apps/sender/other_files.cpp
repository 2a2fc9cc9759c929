#include "sender/other_files.hpp"

#include "sender/names.hpp"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {

std::string kind_of_name(const fs::path& path) {
    if (path.filename().string().starts_with('.')) return "hidden";
    const std::string extension = lower_case(path.extension().string());
    return extension.empty() ? "without extension" : extension;
}

}  // namespace

void OtherFiles::add(const fs::directory_entry& entry) {
    std::error_code ignored;
    if (entry.is_directory(ignored))
        ++kinds_["subfolder"].count;
    else if (entry.is_fifo(ignored) || entry.is_socket(ignored))
        ++kinds_["pipe or socket (name it as an INPUT of its own)"].count;
    else
        ++kinds_[kind_of_name(entry.path())].count;
}

void OtherFiles::add_unsupported_picture(const fs::path& path) {
    Kind& kind = kinds_[kind_of_name(path)];
    ++kind.count;
    kind.is_picture = true;
    ++pictures_;
}

std::string OtherFiles::format() const {
    constexpr std::size_t most = 10;
    std::vector<std::pair<std::string, Kind>> all(kinds_.begin(), kinds_.end());
    std::ranges::stable_sort(
        all, [](const auto& left, const auto& right) { return left.second.count > right.second.count; });
    std::string words;
    std::uint64_t rest = 0;
    for (std::size_t at = 0; at < all.size(); ++at) {
        const auto& [name, kind] = all[at];
        if (at >= most && !kind.is_picture) {
            rest += kind.count;
            continue;
        }
        words += (words.empty() ? "also there, not sent: " : ", ") + std::to_string(kind.count) + " " + name;
        if (kind.is_picture) words += " (pictures that this OpenCV cannot read)";
    }
    if (rest > 0) words += ", " + std::to_string(rest) + " of other kinds";
    return words;
}

}  // namespace handoff::apps::sender
