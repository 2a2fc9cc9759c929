// A moving test picture without end.
#pragma once

#include "cli/units.hpp"
#include "sender/frame_source.hpp"

#include <opencv2/core/mat.hpp>

namespace handoff::apps::sender {

class PatternSource : public FrameSource {
public:
    explicit PatternSource(PictureSize size);

    bool next() override;
    std::uint64_t frame_bytes() const override { return size_.bgr_bytes(); }
    std::string name() const override;
    void read_into(Loan& loan) override;

private:
    PictureSize size_;
    cv::Mat background_;
    std::uint64_t frame_ = 0;
};

}  // namespace handoff::apps::sender
