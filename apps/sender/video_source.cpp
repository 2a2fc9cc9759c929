#include "sender/video_source.hpp"

#include "sender/decoder_log.hpp"
#include "sender/names.hpp"
#include "sender/transport_stream.hpp"

#include <handoff/opencv.hpp>

#include <opencv2/videoio/registry.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
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

struct LostByVideo {
    unsigned bits = 8;
    bool alpha = false;
};

/// FFmpeg's names of raw pixel formats: "Y3", then 11 and 10 for planes of 10 bits with colours at half the size, or
/// the other way round where bytes are; "Y4" with alpha; "BGR" 48 for three channels of 16 bits.
LostByVideo lost_by_video(std::uint32_t code) {
    std::array<unsigned char, 4> tag{};
    for (unsigned i = 0; i < 4; ++i) tag[i] = static_cast<unsigned char>(code >> (8 * i));
    if (tag[3] == 'Y' || tag[2] == 'Y') std::ranges::reverse(tag);
    const std::string_view text(reinterpret_cast<const char*>(tag.data()), tag.size());
    LostByVideo lost;
    const bool planes = tag[0] == 'Y' && tag[1] >= '1' && tag[1] <= '4';
    if (planes && tag[3] > 8 && tag[3] <= 16) lost.bits = tag[3];
    if (text == "P010" || text == "P210") lost.bits = 10;
    if (text == "P016" || text == "P216") lost.bits = 16;
    const auto colours = text.substr(tag[0] == 48 || tag[0] == 64 ? 1 : 0, 3);
    const unsigned bits_of_all = colours == text.substr(1) ? tag[0] : tag[3];
    if ((colours == "BGR" || colours == "RGB") && bits_of_all == 48) lost.bits = 16;
    if ((colours == "RBA" || colours == "BRA") && bits_of_all == 64) lost = {16, true};
    if (planes && (tag[1] == '2' || tag[1] == '4') && tag[2] <= 16) lost.alpha = true;
    if (text == "RGBA" || text == "BGRA" || text == "ARGB" || text == "ABGR") lost.alpha = true;
    return lost;
}

}  // namespace

VideoSource::VideoSource(const std::string& path, std::string name) : path_(path), name_(std::move(name)) {
    std::error_code ignored;  // what is no file may be an address, which OpenCV knows how to open
    if (const auto status = fs::status(path, ignored); fs::exists(status) && !fs::is_regular_file(status))
        throw Unreadable(path + ": neither a file nor a folder");  // a pipe would keep us waiting
    decoder_log::take();
    if (!capture_.open(path, file_backend())) {
        const std::string first = decoder_log::take().first;
        throw Unreadable(path + ": not a video that OpenCV can read" + (first.empty() ? "" : " (" + first + ")"));
    }
    size_ = size_of(capture_);
    look_at_pixel_format();
}

VideoSource::VideoSource(int camera)
    : is_camera_(true), path_("camera " + std::to_string(camera)), name_("camera-" + std::to_string(camera)) {
    if (!capture_.open(camera))
        throw Unreadable("camera " + std::to_string(camera) +
                         " cannot be opened: is it plugged in, free, and may you read /dev/video" +
                         std::to_string(camera) + "?");
    size_ = size_of(capture_);
}

/// OpenCV's capture hands out 8 bits and three channels, whatever the film has.
void VideoSource::look_at_pixel_format() {
    const double code = capture_.get(cv::CAP_PROP_CODEC_PIXEL_FORMAT);
    if (!(code >= 0) || code > UINT32_MAX) return;
    const LostByVideo lost = lost_by_video(static_cast<std::uint32_t>(code));
    if (lost.bits > 8)
        remark(Remark::Kind::reduced, "has " + std::to_string(lost.bits) + " bits per channel, sent as bgr8");
    if (lost.alpha) remark(Remark::Kind::reduced, "has alpha, sent as bgr8");
}

void VideoSource::remark(Remark::Kind kind, const std::string& what) {
    remarks_.push_back({kind, path_ + ": " + what});
}

std::optional<Remark> VideoSource::take_remark() {
    if (remarks_.empty()) return {};
    Remark first = std::move(remarks_.front());
    remarks_.pop_front();
    return first;
}

bool VideoSource::next() {
    if (ended_) return false;
    if (!capture_.grab()) {
        ended_ = true;
        tell_damage();
        check_the_end();
        return false;
    }
    ++frame_;
    last_frame_ms_ = capture_.get(cv::CAP_PROP_POS_MSEC);
    return true;
}

void VideoSource::tell_damage() {
    if (is_camera_) return;
    const auto said = decoder_log::take();
    if (said.count > 0)
        remark(Remark::Kind::damaged,
               "damaged: the decoder complained " + counted(said.count, "time") + ", first: " + said.first);
    else if (const auto why = why_transport_stream_incomplete(path_); !why.empty())
        remark(Remark::Kind::damaged, "damaged: " + std::string(why));
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
