#include "sender/picture_source.hpp"

#include "sender/image_probe.hpp"

#include <handoff/opencv.hpp>

#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {
constexpr std::uint64_t largest_file = 512U << 20U;
}

std::vector<std::byte> bytes_of_file(const std::string& path, std::uint64_t at_most) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) throw Unreadable(path + ": " + (error ? error.message() : "there is no such file"));
    if (!fs::is_regular_file(status)) throw Unreadable(path + ": neither a file nor a folder");
    const std::uint64_t size = fs::file_size(path, error);
    if (error) throw Unreadable(path + ": " + error.message());
    if (size == 0) throw Unreadable(path + ": the file is empty");
    if (size > largest_file)
        throw Unreadable(path + ": a file of " + bytes_in_words(size) + " is too large for a picture");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Unreadable(path + ": the file cannot be opened: may you read it?");
    std::vector<std::byte> bytes(std::min(size, at_most));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (file.bad()) throw Unreadable(path + ": the file cannot be read");
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

PictureSource::PictureSource(std::string path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}

bool PictureSource::next() {
    if (std::exchange(done_, true)) return false;
    file_ = bytes_of_file(path_, largest_file);
    if (const auto why = why_incomplete(file_); !why.empty()) throw Unreadable(path_ + ": " + std::string(why));
    if (const auto size = size_in_header(file_)) {
        size_ = *size;
    } else {
        decoded_ = decode(nullptr);
        size_ = {static_cast<std::uint32_t>(decoded_.cols), static_cast<std::uint32_t>(decoded_.rows)};
    }
    return true;
}

void PictureSource::read_into(Loan& loan) {
    if (!decoded_.empty()) {
        opencv::copy_to(loan, decoded_);
        return;
    }
    cv::Mat picture = opencv::as_mat(loan, static_cast<int>(size_.height), static_cast<int>(size_.width), CV_8UC3);
    decode(&picture);
    opencv::ensure_in(loan, picture);  // EXIF orientation may have turned it into other memory
}

cv::Mat PictureSource::decode(cv::Mat* target) const {
    cv::Mat picture;
    try {
        const cv::_InputArray bytes(reinterpret_cast<const unsigned char*>(file_.data()),
                                    static_cast<int>(file_.size()));
        picture = cv::imdecode(bytes, cv::IMREAD_COLOR, target);
    } catch (const cv::Exception& error) {
        throw Unreadable(path_ + ": OpenCV cannot decode it: " + error.err);
    }
    if (picture.empty()) throw Unreadable(path_ + ": not a picture that OpenCV can read, or damaged");
    return picture;
}

}  // namespace handoff::apps::sender
