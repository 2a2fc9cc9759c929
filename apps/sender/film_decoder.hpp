// A film, decoded by FFmpeg's libraries: a file, an address, or bytes that come once.
#pragma once

#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "sender/read_once.hpp"

#include <opencv2/core/mat.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct AVCodecContext;
struct AVDictionary;
struct AVFormatContext;
struct AVFrame;
struct AVIOContext;
struct AVPacket;
struct AVStream;
struct SwsContext;

namespace handoff::apps::sender {

namespace film {

struct Free {
    void operator()(AVFormatContext* context) const noexcept;
    void operator()(AVCodecContext* context) const noexcept;
    void operator()(AVIOContext* context) const noexcept;
    void operator()(AVPacket* packet) const noexcept;
    void operator()(AVFrame* frame) const noexcept;
    void operator()(SwsContext* context) const noexcept;
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

}  // namespace film

/// OpenCV's own capture cannot do this: it opens names only, it cannot be interrupted, and where the size of the frames
/// changes, it hands out the last picture again (docs/decisions/0030). Waiting ends when the program is asked to end.
/// Thread safety: one thread at a time.
class FilmDecoder {
public:
    /// A file, or what FFmpeg knows as an address. Throws Unreadable: only why, without the name.
    FilmDecoder(const std::string& where, bool is_address);
    /// Throws Unreadable: only why.
    explicit FilmDecoder(std::shared_ptr<ReadOnce> bytes);
    FilmDecoder(const FilmDecoder&) = delete;
    FilmDecoder& operator=(const FilmDecoder&) = delete;
    ~FilmDecoder();

    /// Decodes the next frame; false at the end.
    bool next();
    /// Why it ended, where that was not the end of the film. Empty, too, if the program was asked to end.
    const std::string& why_ended() const noexcept { return why_ended_; }

    /// Of the frame that next() decoded, upright; before the first one as the film announces it.
    PictureSize size() const;
    /// That frame as bgr8, upright. The next call may write over it. Throws Unreadable.
    cv::Mat picture();
    /// From the beginning of the film to that frame.
    double position_ms() const;

    /// As the film announces them; 0 where it does not.
    double frames() const;
    double frames_per_second() const;

    /// What bgr8 cannot hold.
    int bits_per_channel() const;
    bool has_alpha() const;

private:
    void open(const char* where);
    void open_stream();
    void pump();
    bool is_interrupted() const;
    void restart_timeout();

    std::shared_ptr<ReadOnce> bytes_;
    bool may_be_silent_ = true;
    std::optional<Clock::time_point> silence_ends_;
    film::Owned<AVIOContext> reading_;  ///< of bytes_
    film::Owned<AVFormatContext> format_;
    film::Owned<AVCodecContext> codec_;
    film::Owned<AVPacket> packet_;
    film::Owned<AVFrame> frame_;
    film::Owned<AVFrame> bgr_;
    film::Owned<SwsContext> scaler_;
    AVStream* stream_ = nullptr;
    int quarter_turns_ = 0;  ///< clockwise
    bool has_frame_ = false;
    std::string why_ended_;
};

}  // namespace handoff::apps::sender
