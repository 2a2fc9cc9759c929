#include "receiver/processing.hpp"

#include <handoff/opencv.hpp>

#include <algorithm>
#include <iterator>

namespace handoff::apps::receiver {

namespace {

Image description_of(const Request& request, Encoding encoding) {
    Image image = Image::of(request.image().width, request.image().height, encoding);
    image.capture_time_ns = request.image().capture_time_ns;
    std::copy(std::begin(request.image().frame_id), std::end(request.image().frame_id), std::begin(image.frame_id));
    return image;
}

/// Through a picture of our own: most operations cannot write over what they still read.
Product edit(Request& request, Operation operation, Encoding encoding) {
    cv::Mat made;
    transform(operation, opencv::as_mat(request), request.image().encoding, made);
    request.describe(description_of(request, encoding)).value();
    cv::Mat payload = opencv::editable_mat(request);
    made.copyTo(payload);
    return {payload, encoding, ""};
}

Product answer(Request& request, Operation operation, Encoding encoding) {
    const cv::Mat before = opencv::as_mat(request);
    cv::Mat reply = opencv::reply_mat(request, before.rows, before.cols, opencv::type_of(encoding));
    request.describe_reply(description_of(request, encoding)).value();  // red first: no Mat can express it
    cv::Mat made = reply;
    transform(operation, before, request.image().encoding, made);
    if (made.data != reply.data) made.copyTo(reply);
    return {reply, encoding, ""};
}

}  // namespace

Product process(Request& request, Operation operation, bool in_place) {
    if (operation == Operation::checksum) return {{}, Encoding::none, checksum_of(request.payload())};
    if (operation == Operation::none && !request.image().is_image()) return {};
    if (operation == Operation::none) return {opencv::as_mat(request), request.image().encoding, ""};
    const Encoding encoding = encoding_after(operation, request.image().encoding);
    return in_place ? edit(request, operation, encoding) : answer(request, operation, encoding);
}

}  // namespace handoff::apps::receiver
