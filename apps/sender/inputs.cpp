#include "sender/inputs.hpp"

#include "common/new_file.hpp"
#include "common/signals.hpp"
#include "sender/names.hpp"
#include "sender/picture_source.hpp"
#include "sender/video_source.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
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
            const bool is_candidate = !is_partial_file(entry->path()) && !entry->is_directory(error);
            const auto kind = is_candidate ? kind_of(entry->path()) : std::nullopt;
            if (!kind)
                list_.others.add(*entry);
            else if (is_unsupported_picture(entry->path()))
                list_.others.add_unsupported_picture(entry->path());
            else
                found.emplace_back(entry->path(), *kind);
        }
        if (error) {
            list_.problems.push_back(folder + ": the folder cannot be read: " + error.message());
            return;
        }
        if (found.empty()) list_.problems.push_back(folder + ": no pictures and no videos in this folder");
        std::ranges::sort(found, [](const auto& left, const auto& right) {
            return comes_before(left.first.filename().string(), right.first.filename().string());
        });
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

void add_pages(const Input& input, Pixels pixels, std::deque<FrameSize>& sizes) {
    PictureSource source(input.path, "", pixels);
    for (std::size_t page = 1; source.next(); ++page) sizes.push_back({source.frame_bytes(), input, page});
}

void add_sizes(const Input& input, Pixels pixels, std::deque<FrameSize>& sizes) {
    if (input.kind == InputKind::video) {
        sizes.push_back({VideoSource(input.path, "").frame_bytes(), input});
        return;
    }
    const std::uint64_t in_header = input.kind == InputKind::picture ? picture_bytes(input.path, pixels) : 0;
    if (in_header > 0)
        sizes.push_back({in_header, input});
    else
        add_pages(input, pixels, sizes);
}

}  // namespace

InputList list_inputs(const std::vector<std::string>& words) {
    InputLister lister;
    for (const std::string& word : words) lister.add(word);
    return lister.take();
}

std::deque<FrameSize> frame_sizes(const std::vector<Input>& inputs, std::uint64_t limit_bytes, Pixels pixels) {
    std::deque<FrameSize> sizes;
    for (const Input& input : inputs) {
        if (stop_requested()) break;
        try {
            add_sizes(input, pixels, sizes);
        } catch (const Unreadable&) {  // told when its turn comes; what came before it counts
        }
    }
    std::erase_if(sizes, [&](const FrameSize& size) { return size.bytes == 0 || size.bytes > limit_bytes; });
    std::ranges::stable_sort(sizes, std::ranges::greater{}, &FrameSize::bytes);
    return sizes;
}

}  // namespace handoff::apps::sender
