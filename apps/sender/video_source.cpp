#include "sender/video_source.hpp"

#include "sender/names.hpp"

#include <handoff/opencv.hpp>

#include <opencv2/videoio/registry.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {

PictureSize size_of(const cv::VideoCapture& capture) {
    return {static_cast<std::uint32_t>(capture.get(cv::CAP_PROP_FRAME_WIDTH)),
            static_cast<std::uint32_t>(capture.get(cv::CAP_PROP_FRAME_HEIGHT))};
}

/// What FFmpeg cannot read, the others cannot either: where it is there, they need not be started to fail too.
int file_backend() {
    const auto backends = cv::videoio_registry::getStreamBackends();
    const bool has_ffmpeg = std::ranges::find(backends, cv::CAP_FFMPEG) != backends.end();
    return has_ffmpeg ? cv::CAP_FFMPEG : cv::CAP_ANY;
}

}  // namespace

VideoSource::VideoSource(const std::string& path, std::string name) : path_(path), name_(std::move(name)) {
    std::error_code ignored;  // what is no file may be an address, which OpenCV knows how to open
    if (const auto status = fs::status(path, ignored); fs::exists(status) && !fs::is_regular_file(status))
        throw Unreadable(path + ": neither a file nor a folder");  // a pipe would keep us waiting
    if (!capture_.open(path, file_backend())) throw Unreadable(path + ": not a video that OpenCV can read");
    size_ = size_of(capture_);
}

VideoSource::VideoSource(int camera)
    : is_camera_(true), path_("camera " + std::to_string(camera)), name_("camera-" + std::to_string(camera)) {
    if (!capture_.open(camera))
        throw Unreadable("camera " + std::to_string(camera) +
                         " cannot be opened: is it plugged in, free, and may you read /dev/video" +
                         std::to_string(camera) + "?");
    size_ = size_of(capture_);
}

bool VideoSource::next() {
    if (ended_) return false;
    if (!capture_.grab()) {
        ended_ = true;
        check_the_end();
        return false;
    }
    ++frame_;
    last_frame_ms_ = capture_.get(cv::CAP_PROP_POS_MSEC);
    return true;
}

/// Frames may be fewer than announced, where the same picture is shown again, and the announced number an estimate:
/// only if the time of the last one is far from the end too, something is missing.
void VideoSource::check_the_end() const {
    if (frame_ == 0) throw Unreadable(path_ + ": not one frame could be read");
    if (is_camera_) throw Unreadable(path_ + ": no more frames come, after " + counted(frame_, "frame"));
    constexpr double enough = 0.9;
    const double announced = capture_.get(cv::CAP_PROP_FRAME_COUNT);
    const double rate = capture_.get(cv::CAP_PROP_FPS);
    const bool too_few = static_cast<double>(frame_) < enough * announced;
    const bool too_early = rate > 0 && last_frame_ms_ / 1000 < enough * announced / rate;
    if (too_few && too_early)
        throw Unreadable(path_ + ": the video is cut short: " + counted(frame_, "frame") + " of " +
                         fixed(announced, 0) + " are there");
}

std::string VideoSource::name() const {
    return numbered(name_, frame_);
}

void VideoSource::read_into(Loan& loan) {
    const bool fits = size_.width > 0 && size_.height > 0 && size_.bgr_bytes() <= loan.payload().size();
    cv::Mat frame;
    if (fits) frame = opencv::as_mat(loan, static_cast<int>(size_.height), static_cast<int>(size_.width), CV_8UC3);
    if (!capture_.retrieve(frame) || frame.empty())
        throw Unreadable(path_ + ": frame " + std::to_string(frame_) + " cannot be decoded");
    opencv::ensure_in(loan, frame);
}

}  // namespace handoff::apps::sender
