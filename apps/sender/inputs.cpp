#include "sender/inputs.hpp"

#include "common/new_file.hpp"
#include "common/signals.hpp"
#include "sender/image_probe.hpp"
#include "sender/names.hpp"
#include "sender/picture_source.hpp"
#include "sender/video_source.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {

constexpr std::array<std::string_view, 20> picture_extensions{".jpg", ".jpeg", ".jpe",  ".jp2", ".png", ".bmp", ".dib",
                                                              ".tif", ".tiff", ".webp", ".pbm", ".pgm", ".ppm", ".pnm",
                                                              ".pxm", ".sr",   ".ras",  ".exr", ".hdr", ".pic"};
constexpr std::array<std::string_view, 16> video_extensions{".avi",  ".mp4",  ".m4v", ".mkv", ".mov", ".webm",
                                                            ".mpg",  ".mpeg", ".ts",  ".wmv", ".flv", ".ogv",
                                                            ".mjpg", ".3gp",  ".gif", ".y4m"};

std::optional<InputKind> kind_by_extension(const fs::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
    if (std::ranges::find(picture_extensions, extension) != picture_extensions.end()) return InputKind::picture;
    if (std::ranges::find(video_extensions, extension) != video_extensions.end()) return InputKind::video;
    return {};
}

class InputLister {
public:
    void add(const std::string& word) {
        std::error_code error;
        if (fs::is_directory(word, error))
            add_folder(word);
        else
            add_file(word, kind_by_extension(word).value_or(InputKind::picture));
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
        std::vector<fs::path> paths;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
            if (!is_partial_file(entry->path()) && kind_by_extension(entry->path()) && !entry->is_directory(error))
                paths.push_back(entry->path());
        if (error) {
            list_.problems.push_back(folder + ": the folder cannot be read: " + error.message());
            return;
        }
        if (paths.empty()) list_.problems.push_back(folder + ": no pictures and no videos in this folder");
        std::ranges::sort(paths);
        for (const fs::path& path : paths) add_file(path, *kind_by_extension(path));
    }

    InputList list_;
    Names names_;
};

std::uint64_t picture_bytes(const std::string& path) {
    constexpr std::uint64_t usual_header = 256U << 10U;  // photographs carry previews and colour profiles
    for (const std::uint64_t length : {usual_header, std::uint64_t{UINT64_MAX}}) {
        const auto head = bytes_of_file(path, length);
        if (const auto size = size_in_header(head)) return size->bgr_bytes();
        if (head.size() < length) break;
    }
    PictureSource source(path, "");
    return source.next() ? source.frame_bytes() : 0;
}

std::uint64_t bytes_of(const Input& input) {
    try {
        if (input.kind == InputKind::picture) return picture_bytes(input.path);
        return VideoSource(input.path, "").frame_bytes();
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

std::uint64_t largest_frame(const std::vector<Input>& inputs, std::uint64_t limit_bytes) {
    std::uint64_t largest = 0;
    for (const Input& input : inputs) {
        if (stop_requested()) break;
        const std::uint64_t bytes = bytes_of(input);
        if (bytes <= limit_bytes) largest = std::max(largest, bytes);
    }
    return largest;
}

}  // namespace handoff::apps::sender
