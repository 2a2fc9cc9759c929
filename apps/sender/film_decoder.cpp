#include "sender/film_decoder.hpp"

#include "sender/decoder_log.hpp"
#include "sender/frame_source.hpp"
#include "sender/image_probe.hpp"

#include <opencv2/core.hpp>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdlib>
#include <new>

namespace handoff::apps::sender {

namespace film {

void Free::operator()(AVFormatContext* context) const noexcept {
    avformat_close_input(&context);
}
void Free::operator()(AVCodecContext* context) const noexcept {
    avcodec_free_context(&context);
}
void Free::operator()(AVIOContext* context) const noexcept {
    av_freep(&context->buffer);
    avio_context_free(&context);
}
void Free::operator()(AVPacket* packet) const noexcept {
    av_packet_free(&packet);
}
void Free::operator()(AVFrame* frame) const noexcept {
    av_frame_free(&frame);
}
void Free::operator()(SwsContext* context) const noexcept {
    sws_freeContext(context);
}

}  // namespace film

namespace {

/// Longer than cameras need to think, and what OpenCV allows them.
constexpr std::chrono::seconds longest_silence{30};

constexpr std::size_t enough_for_jpeg = 3;

/// "[h264 @ 0x55d0c8] no frame!\n" -> "h264: no frame!"
std::string without_address(std::string line) {
    while (!line.empty() && line.back() == '\n') line.pop_back();
    const auto at = line.find(" @ 0x");
    const auto end = line.find("] ", at);
    if (!line.starts_with('[') || at == std::string::npos || end == std::string::npos) return line;
    return line.substr(1, at - 1) + ": " + line.substr(end + 2);
}

void on_ffmpeg_log(void* context, int level, const char* format, va_list arguments) {
    if (level < 0 || level > AV_LOG_ERROR) return;
    std::array<char, 300> line{};
    int with_prefix = 1;
    av_log_format_line2(context, level, format, arguments, line.data(), static_cast<int>(line.size()), &with_prefix);
    decoder_log::note(without_address(line.data()));
}

std::string ffmpeg_words(int error) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
    av_strerror(error, words.data(), words.size());
    return words.data();
}

/// The message of a decoder or a server is more useful than an error number.
Unreadable refusal(const std::string& what, int error) {
    const std::string first = decoder_log::take().first;
    return Unreadable(what + " (" + (first.empty() ? ffmpeg_words(error) : first) + ")");
}

template <class T>
T* or_no_memory(T* pointer) {
    if (pointer == nullptr) throw std::bad_alloc();
    return pointer;
}

int read_bytes(void* source, std::uint8_t* target, int size) {
    try {
        const auto count = static_cast<ReadOnce*>(source)->read(
            std::as_writable_bytes(std::span(target, static_cast<std::size_t>(size))));
        return count > 0 ? static_cast<int>(count) : AVERROR_EOF;
    } catch (const std::exception& error) {
        decoder_log::note(error.what());
        return AVERROR(EIO);
    }
}

/// The options that OpenCV's users know, and its default.
AVDictionary* capture_options() {
    AVDictionary* options = nullptr;
    if (const char* given = std::getenv("OPENCV_FFMPEG_CAPTURE_OPTIONS"))
        av_dict_parse_string(&options, given, ";", "|", 0);
    else
        av_dict_set(&options, "rtsp_flags", "prefer_tcp", 0);
    return options;
}

int quarter_turns_of(const AVStream& stream) {
    const std::uint8_t* const matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
    if (matrix == nullptr) return 0;
    const double degrees = -av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
    if (std::isnan(degrees)) return 0;
    return ((static_cast<int>(std::lround(degrees / 90)) % 4) + 4) % 4;
}

}  // namespace

FilmDecoder::FilmDecoder(const std::string& where, bool is_address) : may_be_silent_(!is_address) {
    open(where.c_str());
}

FilmDecoder::FilmDecoder(std::shared_ptr<ReadOnce> bytes) : bytes_(std::move(bytes)) {
    constexpr int buffer_bytes = 32 << 10;
    auto* const buffer = static_cast<unsigned char*>(or_no_memory(av_malloc(buffer_bytes)));
    reading_.reset(avio_alloc_context(buffer, buffer_bytes, 0, bytes_.get(), read_bytes, nullptr, nullptr));
    if (!reading_) {
        av_free(buffer);
        throw std::bad_alloc();
    }
    open(nullptr);
}

FilmDecoder::~FilmDecoder() = default;

bool FilmDecoder::is_interrupted() const {
    return stop_requested() || (silence_ends_ && Clock::now() >= *silence_ends_);
}

void FilmDecoder::restart_timeout() {
    if (!may_be_silent_) silence_ends_ = Clock::now() + longest_silence;
}

void FilmDecoder::open(const char* where) {
    av_log_set_callback(on_ffmpeg_log);
    decoder_log::take();
    restart_timeout();
    // FFmpeg guesses at motion JPEG for as long as a megabyte.
    const bool is_motion_jpeg = bytes_ && is_jpeg(bytes_->look(enough_for_jpeg));
    const AVInputFormat* const known = is_motion_jpeg ? av_find_input_format("mjpeg") : nullptr;
    AVFormatContext* format = or_no_memory(avformat_alloc_context());
    format->interrupt_callback = {
        [](void* self) { return static_cast<const FilmDecoder*>(self)->is_interrupted() ? 1 : 0; }, this};
    format->pb = reading_.get();
    if (bytes_ || !may_be_silent_) {  // seconds of a live picture would wait for a better guess of its rate
        format->fps_probe_size = 0;
        format->max_ts_probe = 0;
    }
    AVDictionary* options = capture_options();
    const int opened = avformat_open_input(&format, where, known, &options);  // frees it where it fails
    av_dict_free(&options);
    const char* const what = may_be_silent_ ? "not a video that can be read" : "cannot be opened as a video";
    if (opened < 0) throw refusal(what, opened);
    format_.reset(format);
    const int found = avformat_find_stream_info(format, nullptr);
    if (found < 0) throw refusal(what, found);
    open_stream();
    if (!may_be_silent_) decoder_log::take();  // a stream that is joined in the middle lacks what came before
}

void FilmDecoder::open_stream() {
    for (unsigned number = 0; number < format_->nb_streams; ++number) {
        AVStream* const stream = format_->streams[number];
        if (stream_ == nullptr && stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
            stream_ = stream;
        else
            stream->discard = AVDISCARD_ALL;
    }
    if (stream_ == nullptr) throw Unreadable("there are no pictures in it");
    const AVCodec* const codec = avcodec_find_decoder(stream_->codecpar->codec_id);
    if (codec == nullptr)
        throw Unreadable(std::string("this FFmpeg has no decoder for ") +
                         avcodec_get_name(stream_->codecpar->codec_id));
    codec_.reset(or_no_memory(avcodec_alloc_context3(codec)));
    avcodec_parameters_to_context(codec_.get(), stream_->codecpar);
    codec_->pkt_timebase = stream_->time_base;
    codec_->thread_count = cv::getNumberOfCPUs();
    const int opened = avcodec_open2(codec_.get(), codec, nullptr);
    if (opened < 0) throw refusal(std::string("the decoder ") + codec->name + " refuses it", opened);
    packet_.reset(or_no_memory(av_packet_alloc()));
    frame_.reset(or_no_memory(av_frame_alloc()));
    bgr_.reset(or_no_memory(av_frame_alloc()));
    quarter_turns_ = quarter_turns_of(*stream_);
}

bool FilmDecoder::next() {
    restart_timeout();
    for (int got = AVERROR(EAGAIN); got != AVERROR_EOF;) {
        got = avcodec_receive_frame(codec_.get(), frame_.get());
        if (got >= 0) return has_frame_ = true;
        if (stop_requested()) break;
        if (got != AVERROR_EOF) pump();  // also behind damage: what comes then may be whole
    }
    return false;
}

/// Gives the decoder one packet, or signals that there are no more.
void FilmDecoder::pump() {
    int got = AVERROR(EAGAIN);
    while (got == AVERROR(EAGAIN) && !is_interrupted()) {
        av_packet_unref(packet_.get());
        got = av_read_frame(format_.get(), packet_.get());
        if (got >= 0 && packet_->stream_index != stream_->index) got = AVERROR(EAGAIN);
    }
    if (got >= 0) {
        avcodec_send_packet(codec_.get(), packet_.get());  // complaints are in the log
        return;
    }
    avcodec_send_packet(codec_.get(), nullptr);
    if (got == AVERROR_EOF || stop_requested()) return;
    const bool silent = silence_ends_ && Clock::now() >= *silence_ends_;
    why_ended_ = silent ? "nothing came for " + format_duration(longest_silence) : ffmpeg_words(got);
}

PictureSize FilmDecoder::size() const {
    int width = has_frame_ ? frame_->width : stream_->codecpar->width;
    int height = has_frame_ ? frame_->height : stream_->codecpar->height;
    if (quarter_turns_ % 2 != 0) std::swap(width, height);
    return {static_cast<std::uint32_t>(std::max(width, 0)), static_cast<std::uint32_t>(std::max(height, 0))};
}

cv::Mat FilmDecoder::picture() {
    const int width = frame_->width;
    const int height = frame_->height;
    scaler_.reset(sws_getCachedContext(scaler_.release(), width, height, static_cast<AVPixelFormat>(frame_->format),
                                       width, height, AV_PIX_FMT_BGR24, SWS_BICUBIC, nullptr, nullptr, nullptr));
    if (!scaler_) throw Unreadable("its pixels cannot be converted to bgr8");
    if (bgr_->width != width || bgr_->height != height) {
        av_frame_unref(bgr_.get());
        bgr_->format = AV_PIX_FMT_BGR24;
        bgr_->width = width;
        bgr_->height = height;
        constexpr int alignment = 32;  // swscale may write beyond the end of a row: never straight into a slot
        if (av_frame_get_buffer(bgr_.get(), alignment) < 0) throw std::bad_alloc();
    }
    sws_scale(scaler_.get(), frame_->data, frame_->linesize, 0, height, bgr_->data, bgr_->linesize);
    const cv::Mat view(height, width, CV_8UC3, bgr_->data[0], static_cast<std::size_t>(bgr_->linesize[0]));
    if (quarter_turns_ == 0) return view;
    constexpr std::array<int, 4> turns{0, cv::ROTATE_90_CLOCKWISE, cv::ROTATE_180, cv::ROTATE_90_COUNTERCLOCKWISE};
    cv::Mat upright;
    cv::rotate(view, upright, turns[static_cast<std::size_t>(quarter_turns_)]);
    return upright;
}

double FilmDecoder::position_ms() const {
    const std::int64_t time = frame_->best_effort_timestamp;
    if (time == AV_NOPTS_VALUE) return 0;
    const std::int64_t start = stream_->start_time == AV_NOPTS_VALUE ? 0 : stream_->start_time;
    return static_cast<double>(time - start) * av_q2d(stream_->time_base) * 1000;
}

double FilmDecoder::frames() const {
    if (stream_->nb_frames > 0) return static_cast<double>(stream_->nb_frames);
    double seconds = 0;
    if (format_->duration > 0)
        seconds = static_cast<double>(format_->duration) / AV_TIME_BASE;
    else if (stream_->duration > 0)
        seconds = static_cast<double>(stream_->duration) * av_q2d(stream_->time_base);
    return std::floor(seconds * frames_per_second() + 0.5);
}

double FilmDecoder::frames_per_second() const {
    const AVRational rate = av_guess_frame_rate(format_.get(), stream_, nullptr);
    return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
}

int FilmDecoder::bits_per_channel() const {
    const AVPixFmtDescriptor* const pixels = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(stream_->codecpar->format));
    return pixels == nullptr ? 8 : pixels->comp[0].depth;
}

bool FilmDecoder::has_alpha() const {
    const AVPixFmtDescriptor* const pixels = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(stream_->codecpar->format));
    return pixels != nullptr && (pixels->flags & AV_PIX_FMT_FLAG_ALPHA) != 0 &&
           (pixels->flags & AV_PIX_FMT_FLAG_PAL) == 0;
}

}  // namespace handoff::apps::sender
