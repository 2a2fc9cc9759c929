// The frames of a film: of a file, of an address, or of what comes through a pipe.
#pragma once

#include "cli/units.hpp"
#include "sender/film_decoder.hpp"
#include "sender/frame_source.hpp"

#include <deque>
#include <functional>
#include <memory>

namespace handoff::apps::sender {

/// Each frame is sent in its own size. It has ended at once if the program is asked to end while it is opened.
class VideoSource : public FrameSource {
public:
    /// Opens a file. Throws Unreadable.
    VideoSource(const std::string& path, std::string name);
    /// What comes through a pipe. Throws Unreadable.
    VideoSource(std::shared_ptr<ReadOnce> bytes, std::string shown, std::string name);
    /// Opens an address: rtsp://..., http://... Throws Unreadable.
    static std::unique_ptr<VideoSource> at_address(const std::string& address, std::string name);

    /// Throws Unreadable when a film ends long before the end that it announces, and when a stream breaks off.
    bool next() override;
    std::uint64_t frame_bytes() const override { return size_.bgr_bytes(); }
    std::string name() const override;
    void read_into(Loan& loan) override;
    std::optional<Remark> take_remark() override;
    /// Frames of that size are passed over and counted, until another size comes.
    bool drop_current() override;

private:
    using Open = std::function<std::shared_ptr<FilmDecoder>()>;
    VideoSource(std::string shown, std::string name, bool is_file, const Open& open);

    bool decode_next();
    void check_the_end() const;
    void report_damage();
    void report_dropped();
    void look_at_pixel_format();
    void remark(Remark::Kind kind, const std::string& what, std::uint64_t count = 1);

    std::string shown_;
    std::string name_;
    bool is_file_;
    bool ended_ = false;
    std::shared_ptr<FilmDecoder> decoder_;
    PictureSize size_;
    double last_frame_ms_ = 0;
    std::uint64_t frame_ = 0;
    std::optional<PictureSize> dropped_size_;
    std::uint64_t dropped_ = 0;  ///< of that size, since it was dropped
    std::deque<Remark> remarks_;
};

}  // namespace handoff::apps::sender
