// The frames of a video file or of a camera.
#pragma once

#include "common/units.hpp"
#include "sender/frame_source.hpp"

#include <opencv2/videoio.hpp>

#include <deque>

namespace handoff::apps::sender {

class VideoSource : public FrameSource {
public:
    /// Opens a video file. Throws Unreadable.
    VideoSource(const std::string& path, std::string name);
    /// Opens a camera. Throws Unreadable.
    explicit VideoSource(int camera);

    /// Throws Unreadable when a file ends long before the end that it announces, and when a camera ends.
    bool next() override;
    std::uint64_t frame_bytes() const override { return size_.bgr_bytes(); }
    std::string name() const override;
    void read_into(Loan& loan) override;
    std::optional<Remark> take_remark() override;
    void drop_current() override { ended_ = true; }

private:
    void check_the_end() const;
    void tell_damage();
    void look_at_pixel_format();
    void remark(Remark::Kind kind, const std::string& what);

    bool is_camera_ = false;
    bool ended_ = false;
    std::string path_;
    std::string name_;
    cv::VideoCapture capture_;
    PictureSize size_;
    double last_frame_ms_ = 0;
    std::uint64_t frame_ = 0;
    std::deque<Remark> remarks_;
};

}  // namespace handoff::apps::sender
