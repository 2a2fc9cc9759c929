#include "pictures/output_folder.hpp"

#include "cli/frame_name.hpp"
#include "cli/new_file.hpp"
#include "cli/system_error.hpp"

#include <handoff/error.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <random>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace handoff::apps {

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::vector<unsigned char> as_png(const cv::Mat& picture, Encoding encoding) {
    cv::Mat blue_first = picture;
    if (encoding == Encoding::rgb8 || encoding == Encoding::rgb16) cv::cvtColor(picture, blue_first, cv::COLOR_RGB2BGR);
    if (encoding == Encoding::rgba8) cv::cvtColor(picture, blue_first, cv::COLOR_RGBA2BGRA);
    std::vector<unsigned char> png;
    const bool has_room = (picture.depth() == CV_8U || picture.depth() == CV_16U) && picture.channels() != 2;
    try {  // OpenCV would make 8 bits of floats, and cut what is above 255
        if (has_room && cv::imencode(".png", blue_first, png)) return png;
    } catch (const cv::Exception&) {  // reported below with our own message
    }
    throw Error(Errc::invalid_argument, "a picture of " + std::string(name_of(encoding)) + " cannot be written as PNG");
}

}  // namespace

OutputFolder::OutputFolder(fs::path folder) : folder_(std::move(folder)) {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error && !fs::is_directory(folder_))
        throw_system("cannot create the folder " + folder_.string(), error.value());
    if (!fs::is_directory(folder_)) throw_system("cannot write into " + folder_.string(), ENOTDIR);
    const fs::path trial = folder_ / (".handoff-trial-" + std::to_string(std::random_device{}()));
    if (!File(std::fopen(trial.c_str(), "wx"), std::fclose))
        throw_system("cannot write into the folder " + folder_.string(), errno);
    fs::remove(trial, error);
}

fs::path OutputFolder::replace(std::string_view name, const cv::Mat& picture, Encoding encoding) const {
    const fs::path path = folder_ / (safe_name(name) + ".png");
    const auto png = as_png(picture, encoding);
    NewFile file(path.string(), NewFile::Older::replaced);
    file.append(std::as_bytes(std::span(png)));
    file.place();
    return path;
}

fs::path OutputFolder::keep(std::string_view name, std::uint64_t sequence, const cv::Mat& picture,
                            Encoding encoding) const {
    const auto png = as_png(picture, encoding);
    const std::string base = safe_name(name);
    fs::path path = folder_ / (base + ".png");
    NewFile file(path.string(), NewFile::Older::avoided);
    file.append(std::as_bytes(std::span(png)));
    for (unsigned attempt = 1; !file.place_as(path.string()); ++attempt) {
        const std::string number = attempt > 1 ? "-" + std::to_string(attempt) : "";
        path = folder_ / (base + "-" + std::to_string(sequence) + number + ".png");
    }
    return path;
}

std::string safe_name(std::string_view name) {
    std::string safe = shortened(name, 200);  // room for a number, an extension, and more of that
    for (char& character : safe)
        if (static_cast<unsigned char>(character) < 0x20 || character == '/' || character == '\\' || character == 0x7f)
            character = '_';
    if (!safe.empty() && safe.front() == '.') safe.front() = '_';
    return safe.empty() ? "frame" : safe;
}

}  // namespace handoff::apps
