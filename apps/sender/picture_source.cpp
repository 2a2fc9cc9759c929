#include "sender/picture_source.hpp"

#include "sender/content.hpp"
#include "sender/decoder_log.hpp"
#include "sender/image_probe.hpp"
#include "sender/names.hpp"
#include "sender/orientation.hpp"

#include <handoff/opencv.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {
constexpr std::uint64_t largest_file = 512U << 20U;
}

std::vector<std::byte> bytes_of_file(const std::string& path, std::uint64_t at_most) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) throw Unreadable(path + ": " + (error ? error.message() : "there is no such file"));
    if (!fs::is_regular_file(status)) throw Unreadable(path + ": neither a file nor a folder");
    const std::uint64_t size = fs::file_size(path, error);
    if (error) throw Unreadable(path + ": " + error.message());
    if (size == 0) throw Unreadable(path + ": the file is empty");
    if (size > largest_file)
        throw Unreadable(path + ": a file of " + format_bytes(size) + " is too large for a picture");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Unreadable(path + ": the file cannot be opened: may you read it?");
    std::vector<std::byte> bytes(std::min(size, at_most));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (file.bad()) throw Unreadable(path + ": the file cannot be read");
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

namespace {

constexpr int as_stored = cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR;  // unlike IMREAD_UNCHANGED: upright, without alpha

struct Plan {
    int flags;
    int type;
};

/// How a JPEG or PNG is decoded, and what comes out.
Plan plan_for(const StoredPixels& stored, Pixels pixels) {
    const bool loses = stored.bits > 8 || stored.has_alpha;
    if (pixels == Pixels::bgr8 || (pixels == Pixels::automatic && !loses)) return {cv::IMREAD_COLOR, CV_8UC3};
    return {stored.has_alpha ? cv::IMREAD_UNCHANGED : as_stored,
            CV_MAKETYPE(stored.bits > 8 ? CV_16U : CV_8U, stored.channels)};
}

bool is_plain(const TiffPage& page) {
    return page.bits <= 8 && !page.is_float && !page.has_alpha;
}

int depth_of(const TiffPage& page) {
    if (page.bits <= 8) return CV_8U;
    if (page.bits <= 16) return CV_16U;
    return page.bits <= 32 ? CV_32F : CV_64F;
}

/// What OpenCV makes of a page that is sent as it is stored.
Plan plan_for(const TiffPage& page) {
    const int channels = page.samples == 1 ? 1 : page.samples == 3 ? 3 : 4;
    return {page.has_alpha ? cv::IMREAD_UNCHANGED : as_stored, CV_MAKETYPE(depth_of(page), channels)};
}

/// OpenCV silently takes the bits of these for numbers of another kind.
std::string why_refused(const TiffPage& page, bool reduce) {
    const std::string bits = std::to_string(page.bits);
    if (page.is_float && page.bits < 32) return "floats of " + bits + " bits are not supported: convert it to 32 bits";
    if (page.bits > 16 && !page.is_float)
        return "whole numbers of " + bits + " bits are not supported: convert it to 16 bits, or to floats";
    if (page.bits > 16 && reduce) return "floats cannot become bgr8: leave --bgr8 out, and it is sent as it is";
    return "";
}

std::uint64_t bytes_of(PictureSize size, int type) {
    return std::uint64_t{size.width} * size.height * CV_ELEM_SIZE(type);
}

std::string format(int bits, bool has_alpha) {
    const std::string depth = std::to_string(bits) + " bits per channel";
    if (!has_alpha) return depth;
    return bits > 8 ? depth + " and alpha" : "alpha";
}

}  // namespace

std::uint64_t frame_bytes_in_header(std::span<const std::byte> bytes, Pixels pixels) noexcept {
    const auto size = size_in_header(bytes);
    const auto stored = stored_pixels(bytes);
    return size && stored ? bytes_of(*size, plan_for(*stored, pixels).type) : 0;
}

PictureSource::PictureSource(std::string path, std::string name, Pixels pixels, bool paged)
    : path_(std::move(path)), name_(std::move(name)), pixels_(pixels), paged_(paged) {}

void PictureSource::open() {
    file_ = bytes_of_file(path_, largest_file);
    pages_ = tiff_pages(file_);
    const auto has_no_size = [](const TiffPage& page) {
        return page.size.width == 0 || page.size.height == 0 || page.size.width > INT32_MAX ||
               page.size.height > INT32_MAX;
    };
    if (std::ranges::any_of(pages_, has_no_size)) pages_.clear();  // OpenCV reports the problem
}

bool PictureSource::next() {
    if (!next_page()) return false;
    decoded_.release();
    if (!pages_.empty()) {
        prepare_tiff(pages_[page_ - 1]);
        return true;
    }
    const auto bytes = jpeg_or_file();
    const Ending ending = ending_of(bytes);
    if (!ending.why_incomplete.empty()) throw Unreadable(where() + ": " + std::string(ending.why_incomplete));
    next_at_ = ending.next_jpeg == 0 ? 0 : at_ + ending.next_jpeg;
    if (size_in_header(bytes) && stored_pixels(bytes))
        prepare_by_header();
    else
        prepare_by_decoding();
    return true;
}

/// False behind the last one.
bool PictureSource::next_page() {
    ++page_;
    if (!std::exchange(opened_, true)) {
        open();
        return true;
    }
    if (page_ <= pages_.size()) return true;
    at_ = std::exchange(next_at_, 0);
    return at_ != 0;
}

std::span<const std::byte> PictureSource::jpeg_or_file() const {
    return std::span(file_).subspan(at_);
}

std::uint64_t PictureSource::frame_bytes() const {
    return bytes_of(size_, type_);
}

std::string PictureSource::name() const {
    return paged_ ? numbered(name_, page_) : name_;
}

std::string PictureSource::where() const {
    return paged_ ? path_ + ": picture " + std::to_string(page_) : path_;
}

std::optional<Remark> PictureSource::take_remark() {
    if (remarks_.empty()) return {};
    Remark first = std::move(remarks_.front());
    remarks_.pop_front();
    return first;
}

void PictureSource::remark(Remark::Kind kind, const std::string& what) {
    remarks_.push_back({kind, where() + ": " + what});
}

void PictureSource::prepare_by_header() {
    const StoredPixels stored = stored_pixels(jpeg_or_file()).value();
    const Plan plan = plan_for(stored, pixels_);
    size_ = size_in_header(jpeg_or_file()).value();
    type_ = plan.type;
    flags_ = plan.flags;
    if (pixels_ == Pixels::bgr8 && (stored.bits > 8 || stored.has_alpha))
        remark(Remark::Kind::reduced, "has " + format(stored.bits, stored.has_alpha) + ", sent as bgr8");
    if (stored.has_transparent_colour)
        remark(Remark::Kind::reduced, "has a transparent colour, which is sent as any other");
    if (stored.is_animated) remark(Remark::Kind::reduced, "has more pictures, of which only the first is sent");
}

void PictureSource::prepare_tiff(const TiffPage& page) {
    const bool reduce = pixels_ == Pixels::bgr8 || (pixels_ == Pixels::automatic && is_plain(page));
    const Plan plan = reduce ? Plan{cv::IMREAD_COLOR, CV_8UC3} : plan_for(page);
    size_ = page.size;
    type_ = plan.type;
    flags_ = plan.flags;
    refusal_ = why_refused(page, reduce);
    if (!reduce || is_plain(page) || !refusal_.empty()) return;
    remark(Remark::Kind::reduced, "has " + format(static_cast<int>(page.bits), page.has_alpha) + ", sent as bgr8");
}

/// Where no header determines the format, the decoded picture does.
void PictureSource::prepare_by_decoding() {
    const StoredPixels stored = stored_pixels(file_).value_or(StoredPixels{});
    const bool with_alpha = stored.has_alpha && pixels_ == Pixels::automatic;
    decoded_ = decode(pixels_ == Pixels::unchanged || with_alpha ? cv::IMREAD_UNCHANGED : as_stored, nullptr);
    if (pixels_ == Pixels::bgr8 && (decoded_.depth() != CV_8U || stored.has_alpha)) {
        remark(Remark::Kind::reduced,
               "has " + format(static_cast<int>(8 * decoded_.elemSize1()), stored.has_alpha) + ", sent as bgr8");
        if (decoded_.depth() != CV_8U) decoded_ = decode(cv::IMREAD_COLOR, nullptr);
    }
    if (pixels_ != Pixels::unchanged && decoded_.type() == CV_8UC1)
        cv::cvtColor(decoded_.clone(), decoded_, cv::COLOR_GRAY2BGR);
    if (stored.is_animated) remark(Remark::Kind::reduced, "has more pictures, of which only the first is sent");
    size_ = {static_cast<std::uint32_t>(decoded_.cols), static_cast<std::uint32_t>(decoded_.rows)};
    type_ = decoded_.type();
}

void PictureSource::refuse_if_unsupported() const {
    if (!refusal_.empty()) throw Unreadable(where() + ": " + refusal_);
}

void PictureSource::check() {
    refuse_if_unsupported();
    if (!decoded_.empty()) return;
    if (pages_.size() > 1)
        decode_page(flags_);
    else
        decode(flags_, nullptr);
}

void PictureSource::read_into(Loan& loan) {
    refuse_if_unsupported();
    if (next_at_ != 0 && !paged_)
        remark(Remark::Kind::reduced,
               "has more pictures behind the first, which are left out; with the ending .mjpeg all are sent");
    if (!decoded_.empty()) {
        opencv::copy_to(loan, decoded_);
        return;
    }
    if (pages_.size() > 1) {
        opencv::copy_to(loan, decode_page(flags_));
        return;
    }
    cv::Mat picture = opencv::as_mat(loan, static_cast<int>(size_.height), static_cast<int>(size_.width), type_);
    const cv::Mat made = decode(flags_, &picture);
    opencv::ensure_in(loan, made);  // EXIF orientation may have turned it into other memory
}

cv::Mat PictureSource::decode(int flags, cv::Mat* target) {
    const auto bytes = jpeg_or_file();
    const int orientation = orientation_of(bytes);
    if (orientation != 1) flags |= cv::IMREAD_IGNORE_ORIENTATION;  // OpenCV heeds it in some formats only
    decoder_log::take();
    cv::Mat picture;
    try {
        const cv::_InputArray input(reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
        picture = cv::imdecode(input, flags, target);
    } catch (const cv::Exception& error) {
        throw Unreadable(where() + ": OpenCV cannot decode it: " + error.err);
    }
    return upright(decoded(std::move(picture)), orientation);
}

cv::Mat PictureSource::decode_page(int flags) {
    decoder_log::take();
    std::vector<cv::Mat> pictures;
    const int index = pages_[page_ - 1].index;
    try {
        cv::imreadmulti(path_, pictures, index, 1, flags);
    } catch (const cv::Exception& error) {
        throw Unreadable(where() + ": OpenCV cannot decode it: " + error.err);
    }
    return decoded(pictures.empty() ? cv::Mat() : pictures.front());
}

/// The picture, if there is one; warnings of the decoder are reported.
cv::Mat PictureSource::decoded(cv::Mat picture) {
    const auto warnings = decoder_log::take();
    const std::string first = warnings.first.empty() ? "" : " (" + warnings.first + ")";
    if (picture.empty() && is_unsupported_picture(path_))
        throw Unreadable(where() + ": this OpenCV cannot read pictures of this format; convert it to PNG or JPEG");
    if (picture.empty()) throw Unreadable(where() + ": not a picture that OpenCV can read, or damaged" + first);
    if (warnings.count > 0 && is_jpeg(file_)) remark(Remark::Kind::damaged, "damaged, parts of it are wrong" + first);
    return picture;
}

}  // namespace handoff::apps::sender
