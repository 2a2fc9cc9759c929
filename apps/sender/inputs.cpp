#include "sender/inputs.hpp"

#include "common/new_file.hpp"
#include "common/signals.hpp"
#include "sender/names.hpp"
#include "sender/picture_source.hpp"
#include "sender/video_source.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {

class InputLister {
public:
    void add(const std::string& word) {
        std::error_code error;
        if (fs::is_directory(word, error))
            add_folder(word);
        else
            add_file(word, kind_of(word).value_or(InputKind::picture));
    }
    InputList take() { return std::move(list_); }

private:
    void add_file(const fs::path& path, InputKind kind) {
        const std::string stem = path.stem().string();
        list_.inputs.push_back(
            {path.string(), kind == InputKind::picture ? names_.for_picture(stem) : names_.for_video(stem), kind});
    }

    void add_folder(const std::string& folder) {
        std::error_code error;
        std::vector<std::pair<fs::path, InputKind>> found;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
            if (is_partial_file(entry->path()) || entry->is_directory(error)) continue;
            if (const auto kind = kind_of(entry->path())) found.emplace_back(entry->path(), *kind);
        }
        if (error) {
            list_.problems.push_back(folder + ": the folder cannot be read: " + error.message());
            return;
        }
        if (found.empty()) list_.problems.push_back(folder + ": no pictures and no videos in this folder");
        std::ranges::sort(found);
        for (const auto& [path, kind] : found) add_file(path, kind);
    }

    InputList list_;
    Names names_;
};

std::uint64_t picture_bytes(const std::string& path, Pixels pixels) {
    constexpr std::uint64_t usual_header = 256U << 10U;  // photographs carry previews and colour profiles
    for (const std::uint64_t length : {usual_header, std::uint64_t{UINT64_MAX}}) {
        const auto head = bytes_of_file(path, length);
        if (const auto bytes = frame_bytes_in_header(head, pixels)) return bytes;
        if (head.size() < length) break;
    }
    return 0;
}

std::uint64_t largest_page(const Input& input, std::uint64_t limit_bytes, Pixels pixels) {
    std::uint64_t largest = 0;
    PictureSource source(input.path, "", pixels);
    try {
        while (source.next())
            if (source.frame_bytes() <= limit_bytes) largest = std::max(largest, source.frame_bytes());
    } catch (const Unreadable&) {  // what comes before it counts
    }
    return largest;
}

std::uint64_t bytes_of(const Input& input, std::uint64_t limit_bytes, Pixels pixels) {
    try {
        if (input.kind == InputKind::video) return VideoSource(input.path, "").frame_bytes();
        const std::uint64_t in_header = input.kind == InputKind::picture ? picture_bytes(input.path, pixels) : 0;
        return in_header > 0 ? in_header : largest_page(input, limit_bytes, pixels);
    } catch (const Unreadable&) {  // told when its turn comes
        return 0;
    }
}

}  // namespace

InputList list_inputs(const std::vector<std::string>& words) {
    InputLister lister;
    for (const std::string& word : words) lister.add(word);
    return lister.take();
}

std::uint64_t largest_frame(const std::vector<Input>& inputs, std::uint64_t limit_bytes, Pixels pixels) {
    std::uint64_t largest = 0;
    for (const Input& input : inputs) {
        if (stop_requested()) break;
        const std::uint64_t bytes = bytes_of(input, limit_bytes, pixels);
        if (bytes <= limit_bytes) largest = std::max(largest, bytes);
    }
    return largest;
}

}  // namespace handoff::apps::sender
