// One picture file: one frame, or one for each of its pages.
#pragma once

#include "cli/units.hpp"
#include "sender/frame_source.hpp"
#include "sender/pixels.hpp"
#include "sender/tiff_probe.hpp"

#include <opencv2/core/mat.hpp>

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace handoff::apps::sender {

/// The bytes of a file, of its beginning if `at_most` is smaller. Throws Unreadable.
std::vector<std::byte> bytes_of_file(const std::string& path, std::uint64_t at_most);

/// Bytes of the frame that a JPEG or PNG becomes, by its header; 0 for other formats and broken headers.
std::uint64_t frame_bytes_in_header(std::span<const std::byte> bytes, Pixels pixels) noexcept;

/// Pages are those of a TIFF, and JPEGs that follow each other without anything between them.
class PictureSource : public FrameSource {
public:
    /// `paged`: frames are called name-000001 and so on.
    PictureSource(std::string path, std::string name, Pixels pixels = Pixels::automatic, bool paged = false);

    bool next() override;
    std::uint64_t frame_bytes() const override;
    std::string name() const override;
    void read_into(Loan& loan) override;
    std::optional<Remark> take_remark() override;

    /// Whether the picture that next() found can be decoded: a header may claim any size. Throws Unreadable.
    void check();

private:
    void open();
    bool next_page();
    std::span<const std::byte> jpeg_or_file() const;
    void prepare_by_header();
    void prepare_tiff(const TiffPage& page);
    void prepare_by_decoding();
    void refuse_if_unsupported() const;
    cv::Mat decode(int flags, cv::Mat* target);
    cv::Mat decode_page(int flags);
    cv::Mat decoded(cv::Mat picture);
    void remark(Remark::Kind kind, const std::string& what);
    std::string where() const;

    std::string path_;
    std::string name_;
    Pixels pixels_;
    bool paged_;
    bool opened_ = false;
    std::vector<std::byte> file_;
    std::vector<TiffPage> pages_;  ///< of a TIFF
    std::size_t page_ = 0;         ///< counted from 1
    std::size_t at_ = 0;           ///< where this JPEG begins
    std::size_t next_at_ = 0;      ///< where the next one does; 0: there is none

    PictureSize size_;
    int type_ = 0;
    int flags_ = 0;
    std::string refusal_;  ///< why this page of a TIFF cannot be sent
    cv::Mat decoded_;      ///< only where the header does not contain the size
    std::deque<Remark> remarks_;
};

}  // namespace handoff::apps::sender
