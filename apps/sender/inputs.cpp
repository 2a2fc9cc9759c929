#include "sender/inputs.hpp"

#include "cli/new_file.hpp"
#include "cli/signals.hpp"
#include "sender/addresses.hpp"
#include "sender/names.hpp"
#include "sender/picture_source.hpp"
#include "sender/video_source.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {

bool is_standard_input(const std::string& word) {
    constexpr std::array<std::string_view, 4> names{"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"};
    return std::ranges::find(names, word) != names.end();
}

/// /dev/video0, or a link to it as udev makes them.
bool is_camera(const fs::path& path) {
    std::error_code error;
    return fs::canonical(path, error).string().starts_with("/dev/video");
}

Access access_of(const std::string& word) {
    std::error_code error;
    const fs::file_status status = fs::status(is_standard_input(word) ? "/dev/stdin" : word, error);
    if (fs::is_regular_file(status)) return Access::file;  // stdin, too
    if (is_standard_input(word) || fs::is_fifo(status)) return Access::once;
    if (fs::is_character_file(status) && is_camera(word)) return Access::camera;
    return !fs::exists(status) && is_address(word) ? Access::address : Access::file;
}

class InputLister {
public:
    void add(const std::string& word) {
        std::error_code error;
        if (fs::is_directory(word, error)) return add_folder(word);
        if (is_standard_input(word) && std::exchange(has_standard_input_, true))
            return list_.problems.push_back(word + ": stdin is named twice, and can be read once");
        const std::string path = is_standard_input(word) ? "/dev/stdin" : word;
        const Access access = access_of(word);
        if (access == Access::file) return add_file(path, kind_of(path).value_or(InputKind::picture));
        const bool is_remote = access == Access::address;
        add(path, names_.for_video(is_remote ? name_of_address(word) : fs::path(path).stem().string()),
            InputKind::video, access);
    }
    InputList take() { return std::move(list_); }

private:
    void add(std::string path, std::string name, InputKind kind, Access access) {
        Input input;
        input.path = std::move(path);
        input.name = std::move(name);
        input.kind = kind;
        input.access = access;
        list_.inputs.push_back(std::move(input));
    }

    void add_file(const fs::path& path, InputKind kind) {
        const std::string stem = path.stem().string();
        add(path.string(), kind == InputKind::picture ? names_.for_picture(stem) : names_.for_video(stem), kind,
            Access::file);
    }

    void add_folder(const std::string& folder) {
        std::error_code error;
        std::vector<std::pair<fs::path, InputKind>> found;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
            const bool is_pipe = entry->is_fifo(error) || entry->is_socket(error);  // would keep us waiting
            const bool is_candidate = !is_partial_file(entry->path()) && !entry->is_directory(error) && !is_pipe;
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
    bool has_standard_input_ = false;
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

/// Of what was opened ahead: it belongs to the playlist alone.
FrameSize size_of_opened(const Input& input) {
    FrameSize size{input.opened->frame_bytes(), input};
    size.input.opened.reset();
    return size;
}

void add_sizes(const Input& input, Pixels pixels, std::deque<FrameSize>& sizes) {
    if (input.opened) return sizes.push_back(size_of_opened(input));
    if (input.access != Access::file || !input.problem.empty()) return;
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

std::string with_shown_name(const Input& input, const std::string& sentence) {
    if (input.shown.empty() || !sentence.starts_with(input.path)) return sentence;
    return input.shown + sentence.substr(input.path.size());
}

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
        } catch (const Unreadable&) {  // reported when its turn comes; what came before it counts
        }
    }
    std::erase_if(sizes, [&](const FrameSize& size) { return size.bytes == 0 || size.bytes > limit_bytes; });
    std::ranges::stable_sort(sizes, std::ranges::greater{}, &FrameSize::bytes);
    return sizes;
}

}  // namespace handoff::apps::sender
