#include "sender/camera_source.hpp"

#include "sender/names.hpp"
#include "sender/stoppable.hpp"

#include <handoff/opencv.hpp>

namespace handoff::apps::sender {

CameraSource::CameraSource(int number) : number_(number), capture_(std::make_shared<cv::VideoCapture>()) {
    const auto opened = unless_stopped([capture = capture_, number] { return capture->open(number); });
    ended_ = !opened;
    if (ended_) return;
    const std::string camera = std::to_string(number);
    if (!*opened)
        throw Unreadable("camera " + camera + " cannot be opened: is it plugged in, free, and may you read /dev/video" +
                         camera + "?");
    size_ = {static_cast<std::uint32_t>(capture_->get(cv::CAP_PROP_FRAME_WIDTH)),
             static_cast<std::uint32_t>(capture_->get(cv::CAP_PROP_FRAME_HEIGHT))};
}

bool CameraSource::next() {
    if (ended_) return false;
    const auto grabbed = unless_stopped([capture = capture_] { return capture->grab(); });
    ended_ = !grabbed || !*grabbed;
    if (!grabbed) return false;
    if (ended_)
        throw Unreadable("camera " + std::to_string(number_) + ": no more frames come, after " +
                         counted(frame_, "frame"));
    ++frame_;
    return true;
}

bool CameraSource::drop_current() {
    ended_ = true;
    return false;
}

std::string CameraSource::name() const {
    return numbered("camera-" + std::to_string(number_), frame_);
}

void CameraSource::read_into(Loan& loan) {
    const bool fits = size_.width > 0 && size_.height > 0 && size_.bgr_bytes() <= loan.payload().size();
    cv::Mat frame;
    if (fits) frame = opencv::as_mat(loan, static_cast<int>(size_.height), static_cast<int>(size_.width), CV_8UC3);
    if (!capture_->retrieve(frame) || frame.empty())
        throw Unreadable("camera " + std::to_string(number_) + ": frame " + std::to_string(frame_) +
                         " cannot be decoded");
    opencv::ensure_in(loan, frame);
}

}  // namespace handoff::apps::sender
