#include "sender/video_source.hpp"

#include "sender/addresses.hpp"
#include "sender/decoder_log.hpp"
#include "sender/names.hpp"
#include "sender/stoppable.hpp"
#include "sender/transport_stream.hpp"

#include <handoff/opencv.hpp>

#include <utility>

namespace handoff::apps::sender {

namespace {

std::string format(PictureSize size) {
    return std::to_string(size.width) + "x" + std::to_string(size.height);
}

}  // namespace

VideoSource::VideoSource(const std::string& path, std::string name)
    : VideoSource(path, std::move(name), true, [&] { return std::make_shared<FilmDecoder>(path, false); }) {}

VideoSource::VideoSource(std::shared_ptr<ReadOnce> bytes, std::string shown, std::string name)
    : VideoSource(std::move(shown), std::move(name), false,
                  [&] { return std::make_shared<FilmDecoder>(std::move(bytes)); }) {}

std::unique_ptr<VideoSource> VideoSource::at_address(const std::string& address, std::string name) {
    const auto open = [&address] {  // the look-up of a name cannot be interrupted
        const auto opened = unless_stopped([address] { return std::make_shared<FilmDecoder>(address, true); });
        return opened.value_or(nullptr);
    };
    return std::unique_ptr<VideoSource>(new VideoSource(without_password(address), std::move(name), false, open));
}

VideoSource::VideoSource(std::string shown, std::string name, bool is_file, const Open& open)
    : shown_(std::move(shown)), name_(std::move(name)), is_file_(is_file) {
    try {
        decoder_ = open();
    } catch (const Unreadable& why) {
        if (!stop_requested()) throw Unreadable(shown_ + ": " + without_password(why.what()));
    }
    ended_ = decoder_ == nullptr;
    if (ended_) return;
    size_ = decoder_->size();
    look_at_pixel_format();
}

void VideoSource::look_at_pixel_format() {
    const int bits = decoder_->bits_per_channel();
    if (bits > 8) remark(Remark::Kind::reduced, "has " + std::to_string(bits) + " bits per channel, sent as bgr8");
    if (decoder_->has_alpha()) remark(Remark::Kind::reduced, "has alpha, sent as bgr8");
}

void VideoSource::remark(Remark::Kind kind, const std::string& what, std::uint64_t count) {
    remarks_.push_back({kind, shown_ + ": " + what, count});
}

std::optional<Remark> VideoSource::take_remark() {
    if (remarks_.empty()) return {};
    Remark first = std::move(remarks_.front());
    remarks_.pop_front();
    return first;
}

bool VideoSource::next() {
    while (!ended_ && decode_next()) {
        if (dropped_size_ != size_) {
            report_dropped();
            return true;
        }
        ++dropped_;
    }
    return false;
}

bool VideoSource::decode_next() {
    if (decoder_->next()) {
        ++frame_;
        size_ = decoder_->size();
        last_frame_ms_ = decoder_->position_ms();
        return true;
    }
    ended_ = true;
    report_dropped();
    if (stop_requested()) return false;
    report_damage();
    check_the_end();
    return false;
}

/// A film that begins with what cannot be sent is left as a whole.
bool VideoSource::drop_current() {
    if (frame_ <= 1) ended_ = true;
    dropped_size_ = size_;
    return !ended_;
}

void VideoSource::report_dropped() {
    if (dropped_ > 0)
        remark(Remark::Kind::skipped,
               counted(dropped_, "more frame") + " of " + format(*dropped_size_) + ", up to number " +
                   std::to_string(ended_ ? frame_ : frame_ - 1) + ", not sent either",
               dropped_);
    dropped_ = 0;
    dropped_size_.reset();
}

void VideoSource::report_damage() {
    const auto warnings = decoder_log::take();
    if (warnings.count > 0)
        remark(Remark::Kind::damaged, "damaged: the decoder reported " + counted(warnings.count, "error") +
                                          ", first: " + without_password(warnings.first));
    else if (!is_file_)
        return;
    else if (const auto why = why_transport_stream_incomplete(shown_); !why.empty())
        remark(Remark::Kind::damaged, "damaged: " + std::string(why));
}

/// Frames may be fewer than announced, where the same picture is shown again, and the announced number an estimate:
/// only if the time of the last one is far from the end too, something is missing.
void VideoSource::check_the_end() const {
    const std::string& why = decoder_->why_ended();
    const std::string reason = why.empty() ? "" : ": " + without_password(why);
    if (frame_ == 0) throw Unreadable(shown_ + ": not one frame could be read" + reason);
    if (!why.empty()) throw Unreadable(shown_ + ": no more frames come, after " + counted(frame_, "frame") + reason);
    constexpr double enough = 0.9;
    const double announced = decoder_->frames();
    const double rate = decoder_->frames_per_second();
    const bool too_few = static_cast<double>(frame_) < enough * announced;
    const bool too_early = rate > 0 && last_frame_ms_ / 1000 < enough * announced / rate;
    if (too_few && too_early)
        throw Unreadable(shown_ + ": the video is cut short: " + counted(frame_, "frame") + " of " +
                         fixed(announced, 0) + " are there");
}

std::string VideoSource::name() const {
    return numbered(name_, frame_);
}

void VideoSource::read_into(Loan& loan) {
    try {
        opencv::copy_to(loan, decoder_->picture());
    } catch (const Unreadable& why) {
        throw Unreadable(shown_ + ": frame " + std::to_string(frame_) + ": " + why.what());
    }
}

}  // namespace handoff::apps::sender
