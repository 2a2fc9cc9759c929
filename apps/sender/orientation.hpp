// Pictures that were taken with the camera on its side, where OpenCV leaves them so: WebP, and PNG with alpha.
#pragma once

#include <opencv2/core/mat.hpp>

#include <cstddef>
#include <span>

namespace handoff::apps::sender {

/// The orientation in the EXIF data of a PNG or WebP: 1 (upright) to 8. 1 for other formats, and where they make no
/// sense.
int orientation_of(std::span<const std::byte> bytes) noexcept;

/// The picture upright; the same one if it is.
cv::Mat upright(const cv::Mat& picture, int orientation);

}  // namespace handoff::apps::sender
