// The frames of a camera that is plugged in.
#pragma once

#include "cli/units.hpp"
#include "sender/frame_source.hpp"

#include <opencv2/videoio.hpp>

#include <memory>

namespace handoff::apps::sender {

/// OpenCV waits ten seconds for a camera that has stopped: it is waited for on other threads, so that Ctrl-C need not.
class CameraSource : public FrameSource {
public:
    /// Opens /dev/video`number`. Throws Unreadable. It has ended at once if the program is asked to end meanwhile.
    explicit CameraSource(int number);

    /// Throws Unreadable when no more frames come.
    bool next() override;
    std::uint64_t frame_bytes() const override { return size_.bgr_bytes(); }
    std::string name() const override;
    void read_into(Loan& loan) override;
    bool drop_current() override;

private:
    int number_;
    bool ended_ = false;
    std::shared_ptr<cv::VideoCapture> capture_;  ///< shared with a thread that may be left behind
    PictureSize size_;
    std::uint64_t frame_ = 0;
};

}  // namespace handoff::apps::sender
