// One picture file: one frame.
#pragma once

#include "common/units.hpp"
#include "sender/frame_source.hpp"

#include <opencv2/core/mat.hpp>

#include <cstddef>
#include <vector>

namespace handoff::apps::sender {

/// The bytes of a file, of its beginning if `at_most` is smaller. Throws Unreadable.
std::vector<std::byte> bytes_of_file(const std::string& path, std::uint64_t at_most);

class PictureSource : public FrameSource {
public:
    PictureSource(std::string path, std::string name);

    bool next() override;
    std::uint64_t frame_bytes() const override { return size_.bgr_bytes(); }
    std::string name() const override { return name_; }
    void read_into(Loan& loan) override;

private:
    cv::Mat decode(cv::Mat* target) const;

    std::string path_;
    std::string name_;
    bool done_ = false;
    std::vector<std::byte> file_;
    PictureSize size_;
    cv::Mat decoded_;  ///< only where the header does not tell the size
};

}  // namespace handoff::apps::sender
