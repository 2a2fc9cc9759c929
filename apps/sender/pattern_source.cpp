#include "sender/pattern_source.hpp"

#include "sender/names.hpp"

#include <handoff/opencv.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace handoff::apps::sender {

PatternSource::PatternSource(PictureSize size)
    : size_(size), background_(static_cast<int>(size.height), static_cast<int>(size.width), CV_8UC3) {
    for (int row = 0; row < background_.rows; ++row) {
        auto* pixels = background_.ptr<cv::Vec3b>(row);
        for (int col = 0; col < background_.cols; ++col)
            pixels[col] = {static_cast<uchar>(255L * col / background_.cols),
                           static_cast<uchar>(255L * row / background_.rows),
                           static_cast<uchar>((col / 32 + row / 32) % 2 == 0 ? 160 : 96)};
    }
}

bool PatternSource::next() {
    ++frame_;
    return true;
}

std::string PatternSource::name() const {
    return numbered("pattern", frame_);
}

void PatternSource::read_into(Loan& loan) {
    cv::Mat picture = opencv::as_mat(loan, background_.rows, background_.cols, background_.type());
    background_.copyTo(picture);
    const int side = std::max(1, std::min(picture.rows, picture.cols) / 5);
    const auto left = static_cast<int>(frame_ * 7 % static_cast<std::uint64_t>(picture.cols));
    const auto top = static_cast<int>(frame_ * 3 % static_cast<std::uint64_t>(picture.rows));
    cv::rectangle(picture, {left, top, side, side}, {255, 255, 255}, cv::FILLED);
    cv::putText(picture, std::to_string(frame_), {side / 4, side}, cv::FONT_HERSHEY_SIMPLEX, side / 40.0,
                {255, 255, 255}, std::max(1, side / 16));
}

}  // namespace handoff::apps::sender
