// handoff: cv::Mat on the bytes of a slot, without a copy. Header only; the one header that needs OpenCV.
//
//   auto loan = sender.loan(100ms).value();
//   cv::Mat frame = handoff::opencv::as_mat(loan, 1080, 1920, CV_8UC3);
//   camera.read(frame);                                    // OpenCV writes into shared memory ...
//   handoff::opencv::ensure_in(loan, frame);               // ... or into memory of its own: then this copies
//
//   auto request = receiver.receive(1s).value();
//   cv::Mat gray = handoff::opencv::reply_mat(request, 1080, 1920, CV_8UC1);
//   cv::cvtColor(handoff::opencv::as_mat(request), gray, cv::COLOR_BGR2GRAY);
//   request.processed().value();
//
// Lifetime: every Mat from here is a view. It owns nothing and keeps nothing alive: it is valid until the Loan,
//   Request or Processed it came from is sent, finished or destroyed; moving that object does not harm it. Clone what
//   has to live longer. Never write through a view after its slot was passed on: the slot may hold another frame.
// Reallocation: OpenCV silently gives a Mat other memory whenever its size or type does not suit an operation. The view
//   then points elsewhere and the slot keeps its old bytes. is_in() detects that, ensure_in() repairs it.
// Errors: handoff::Error, never cv::Exception: too_large with the bytes needed and available, invalid_argument for what
//   no Mat or no slot can describe, invalid_handle for what was moved from or finished.
#pragma once

#include <handoff/channel.hpp>
#include <handoff/topic.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace handoff::opencv {

namespace detail {

struct TypePair {
    Encoding encoding;
    int type;
};

/// The first row of a type is the encoding that a Mat of that type gets: OpenCV's own order is blue first.
inline constexpr std::array<TypePair, 37> type_pairs{{
    {Encoding::mono8, CV_8UC1},       {Encoding::bgr8, CV_8UC3},        {Encoding::bgra8, CV_8UC4},
    {Encoding::type_8UC2, CV_8UC2},   {Encoding::type_8SC1, CV_8SC1},   {Encoding::type_8SC2, CV_8SC2},
    {Encoding::type_8SC3, CV_8SC3},   {Encoding::type_8SC4, CV_8SC4},   {Encoding::type_16UC1, CV_16UC1},
    {Encoding::type_16UC2, CV_16UC2}, {Encoding::type_16UC3, CV_16UC3}, {Encoding::type_16UC4, CV_16UC4},
    {Encoding::type_16SC1, CV_16SC1}, {Encoding::type_16SC2, CV_16SC2}, {Encoding::type_16SC3, CV_16SC3},
    {Encoding::type_16SC4, CV_16SC4}, {Encoding::type_32SC1, CV_32SC1}, {Encoding::type_32SC2, CV_32SC2},
    {Encoding::type_32SC3, CV_32SC3}, {Encoding::type_32SC4, CV_32SC4}, {Encoding::type_32FC1, CV_32FC1},
    {Encoding::type_32FC2, CV_32FC2}, {Encoding::type_32FC3, CV_32FC3}, {Encoding::type_32FC4, CV_32FC4},
    {Encoding::type_64FC1, CV_64FC1}, {Encoding::type_64FC2, CV_64FC2}, {Encoding::type_64FC3, CV_64FC3},
    {Encoding::type_64FC4, CV_64FC4}, {Encoding::mono16, CV_16UC1},     {Encoding::rgb8, CV_8UC3},
    {Encoding::rgba8, CV_8UC4},       {Encoding::bgr16, CV_16UC3},      {Encoding::rgb16, CV_16UC3},
    {Encoding::bayer_rggb8, CV_8UC1}, {Encoding::bayer_bggr8, CV_8UC1}, {Encoding::bayer_gbrg8, CV_8UC1},
    {Encoding::bayer_grbg8, CV_8UC1},
}};

}  // namespace detail

/// The encoding of a Mat of this type: CV_8UC1 mono8, CV_8UC3 bgr8, CV_8UC4 bgra8, every other the one of its name.
/// A Mat does not know whether red comes first: describe() can say so. Throws invalid_argument for types without an
/// encoding (more than 4 channels, CV_16F).
inline Encoding encoding_of_type(int type) {
    const auto found = std::ranges::find(detail::type_pairs, type, &detail::TypePair::type);
    if (found != detail::type_pairs.end()) return found->encoding;
    throw Error(Errc::invalid_argument, "OpenCV's type " + cv::typeToString(type) +
                                            " has no encoding: convert the image to 1 to 4 channels of 8, 16, 32 or "
                                            "64 bits first");
}

/// The Mat type whose pixels have this encoding. Throws invalid_argument for Encoding::none and unknown numbers.
inline int type_of(Encoding encoding) {
    const auto found = std::ranges::find(detail::type_pairs, encoding, &detail::TypePair::encoding);
    if (found != detail::type_pairs.end()) return found->type;
    throw Error(Errc::invalid_argument, "these bytes are not an image (encoding '" + std::string(name_of(encoding)) +
                                            "'): the other side has to describe() them");
}

namespace detail {

/// A description of rows x cols pixels, checked against the available bytes.
inline Image described(int rows, int cols, Encoding encoding, std::size_t available, std::string_view area) {
    const int type = type_of(encoding);
    if (rows <= 0 || cols <= 0)
        throw Error(Errc::invalid_argument, "an image of " + std::to_string(cols) + " x " + std::to_string(rows) +
                                                " pixels does not exist: both sides must be above 0");
    const auto needed = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * CV_ELEM_SIZE(type);
    if (needed > available)
        throw Error(Errc::too_large, std::to_string(cols) + " x " + std::to_string(rows) + " " +
                                         std::string(name_of(encoding)) + " needs " + std::to_string(needed) +
                                         " bytes, the " + std::string(area) + " has " + std::to_string(available));
    return Image::of(static_cast<std::uint32_t>(cols), static_cast<std::uint32_t>(rows), encoding);
}

/// A view of described bytes. OpenCV has no Mat of read-only bytes, so constness ends here.
inline cv::Mat view(const Image& image, std::span<const std::byte> bytes) {
    const int type = type_of(image.encoding);
    check_image(image, bytes.size()).value();
    if (image.width > INT_MAX || image.height > INT_MAX)
        throw Error(Errc::invalid_argument, "OpenCV has no Mat of " + std::to_string(image.width) + " x " +
                                                std::to_string(image.height) + " pixels");
    return {static_cast<int>(image.height), static_cast<int>(image.width), type, const_cast<std::byte*>(bytes.data()),
            static_cast<std::size_t>(image.step)};
}

/// A new description keeps capture time and, unless another one is given, frame id.
inline Image with_origin_of(Image image, const Image& before, std::string_view frame_id) {
    image.capture_time_ns = before.capture_time_ns;
    std::copy(std::begin(before.frame_id), std::end(before.frame_id), std::begin(image.frame_id));
    if (!frame_id.empty()) image.set_frame_id(frame_id);
    return image;
}

inline bool starts_in(const cv::Mat& mat, std::span<const std::byte> bytes) {
    const auto* at = reinterpret_cast<const std::byte*>(mat.data);
    return at != nullptr && !std::less<>{}(at, bytes.data()) && std::less<>{}(at, bytes.data() + bytes.size());
}

}  // namespace detail

/// Describes the loan as rows x cols pixels of this encoding without gaps, from the source `frame_id`; returns a Mat on
/// its payload to write them into. Capture time and, if none is given, frame id of an earlier description are kept.
/// Valid until the loan is sent or destroyed. Throws too_large, invalid_argument, invalid_handle.
inline cv::Mat as_mat(Loan& loan, int rows, int cols, Encoding encoding, std::string_view frame_id = {}) {
    const Image image = detail::described(rows, cols, encoding, loan.payload().size(), "slot's payload");
    loan.describe(detail::with_origin_of(image, loan.image(), frame_id)).value();
    return detail::view(image, loan.payload());
}
/// The same with the encoding of one of OpenCV's types (CV_8UC3: bgr8).
inline cv::Mat as_mat(Loan& loan, int rows, int cols, int type, std::string_view frame_id = {}) {
    return as_mat(loan, rows, cols, encoding_of_type(type), frame_id);
}

/// The loan as described so far. Valid until it is sent or destroyed. Throws invalid_argument if it was not described.
inline cv::Mat as_mat(Loan& loan) {
    return detail::view(loan.image(), loan.payload());
}

/// The sender's image, to read. Never write to it: a redelivered request must be intact (on a channel opened in_place,
/// take editable_mat()). Valid until the request is finished or destroyed. Throws invalid_argument if the sender
/// described no image.
inline const cv::Mat as_mat(const Request& request) {  // NOLINT: const, so that it is not written to by accident
    return detail::view(request.image(), request.payload());
}
const cv::Mat as_mat(const Request&&) = delete;

/// The sender's image, to edit: channels opened in_place only. Valid until the request is finished or destroyed. If the
/// edit changes size or type, write the new pixels to the front of the payload and say so with Request::describe().
/// Throws invalid_argument (also: not in_place), invalid_handle.
inline cv::Mat editable_mat(Request& request) {
    const std::span<std::byte> bytes = request.editable().value();
    return detail::view(request.image(), bytes);
}

/// Describes the answer as rows x cols pixels of this encoding without gaps; returns a Mat on the reply area to write
/// them into. Then Request::processed() without an argument sends it. Capture time and, if none is given, frame id are
/// the request's. Valid until the request is finished or destroyed. Throws too_large, invalid_argument, invalid_handle.
inline cv::Mat reply_mat(Request& request, int rows, int cols, Encoding encoding, std::string_view frame_id = {}) {
    const Image image = detail::described(rows, cols, encoding, request.reply().size(), "slot's reply area");
    request.describe_reply(detail::with_origin_of(image, request.image(), frame_id)).value();
    return detail::view(image, request.reply());
}
/// The same with the encoding of one of OpenCV's types.
inline cv::Mat reply_mat(Request& request, int rows, int cols, int type, std::string_view frame_id = {}) {
    return reply_mat(request, rows, cols, encoding_of_type(type), frame_id);
}

/// The image in the answer, to read. Valid until `processed` is destroyed. Throws invalid_argument if the answer is not
/// an image.
inline const cv::Mat as_mat(const Processed& processed) {  // NOLINT: const, as above
    return detail::view(processed.reply_image(), processed.reply());
}
const cv::Mat as_mat(const Processed&&) = delete;

/// The published image, to read. Valid until the message is destroyed, whatever the publishers do. Throws
/// invalid_argument if the publisher described no image.
inline const cv::Mat as_mat(const Message& message) {  // NOLINT: const, as above
    return detail::view(message.image(), message.payload());
}
const cv::Mat as_mat(const Message&&) = delete;

/// The image that was sent, edited by the receiver if the channel is in_place. Valid until `processed` is destroyed.
/// Throws invalid_argument if no image was sent.
inline const cv::Mat payload_mat(const Processed& processed) {  // NOLINT: const, as above
    return detail::view(processed.image(), processed.payload());
}
const cv::Mat payload_mat(const Processed&&) = delete;

/// True if all pixels of the Mat lie in these bytes; false if OpenCV gave it other memory.
inline bool is_in(const cv::Mat& mat, std::span<const std::byte> bytes) {
    if (!detail::starts_in(mat, bytes)) return false;
    const auto* end = reinterpret_cast<const std::byte*>(mat.dataend);
    return !std::less<>{}(bytes.data() + bytes.size(), end);
}

/// True if all pixels of the Mat lie in the loan's payload. False after cv::VideoCapture::read, cv::resize and the like
/// allocated because the Mat's size or type did not suit: the loan then does not hold the Mat's pixels.
inline bool is_in(const cv::Mat& mat, const Loan& loan) {
    return is_in(mat, loan.payload());
}

/// Copies the Mat into the loan, once, row by row where it has gaps, and describes the loan accordingly: with the
/// encoding that it was described with before, if that is one of the Mat's type (rgb8 stays rgb8).
/// Throws too_large, invalid_argument (empty, more than two dimensions, a type without an encoding), invalid_handle.
inline void copy_to(Loan& loan, const cv::Mat& mat) {
    if (mat.dims != 2 || mat.empty())
        throw Error(Errc::invalid_argument, "a Mat of " + std::to_string(mat.dims) + " dimensions and " +
                                                std::to_string(mat.total()) + " pixels is not an image");
    const bool overlaps = detail::starts_in(mat, loan.payload());
    const cv::Mat source = overlaps ? mat.clone() : mat;
    const Encoding before = loan.image().encoding;
    const bool stays = before != Encoding::none && type_of(before) == mat.type();
    cv::Mat target = as_mat(loan, mat.rows, mat.cols, stays ? before : encoding_of_type(mat.type()));
    source.copyTo(target);
}

/// Ensures that the loan holds the pixels of the Mat, after as_mat() and an operation on it. Does nothing if the Mat
/// still is the view of the whole loan; otherwise copy_to(). Returns true if it copied. Throws as copy_to().
inline bool ensure_in(Loan& loan, const cv::Mat& mat) {
    const Image& image = loan.image();
    const bool still_the_view = is_in(mat, loan) && image.is_image() && mat.dims == 2 &&
                                reinterpret_cast<const std::byte*>(mat.data) == loan.payload().data() &&
                                mat.type() == type_of(image.encoding) && mat.rows == static_cast<int>(image.height) &&
                                mat.cols == static_cast<int>(image.width) && (mat.rows == 1 || mat.step == image.step);
    if (!still_the_view) copy_to(loan, mat);
    return !still_the_view;
}

}  // namespace handoff::opencv
