#include "receiver/operations.hpp"

#include "apps/fixture.hpp"

#include <handoff/error.hpp>
#include <handoff/opencv.hpp>

#include <boost/test/unit_test.hpp>

#include <opencv2/imgproc.hpp>

#include <array>
#include <string>
#include <vector>

namespace operations {

using apps_test::make_pixels;
using apps_test::same;
using handoff::Encoding;
using namespace handoff::apps::receiver;

cv::Mat result_of(Operation operation, const cv::Mat& before, Encoding encoding) {
    const Encoding after_encoding = encoding_after(operation, encoding);
    cv::Mat after(before.rows, before.cols, handoff::opencv::type_of(after_encoding));
    const auto* memory = after.data;
    transform(operation, before, encoding, after);
    BOOST_TEST(after.data == memory, "the result was not written where it was asked for");
    BOOST_TEST(after.type() == handoff::opencv::type_of(after_encoding));
    return after;
}

const cv::Mat colour = make_pixels(3, 37, 23);

}  // namespace operations

BOOST_AUTO_TEST_SUITE(operations)

BOOST_AUTO_TEST_CASE(names_go_both_ways) {
    for (const char* name : {"none", "gray", "blur", "edges", "flip", "equalize", "checksum"})
        BOOST_TEST(name_of(operation_named(name).value()) == name);
    BOOST_TEST(!operation_named("grey"));
    BOOST_TEST(!operation_named(""));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_worked_on_is_refused) {
    using handoff::Error;
    for (const Operation operation : {Operation::gray, Operation::edges, Operation::equalize})
        for (const Encoding encoding :
             {Encoding::none, Encoding::type_16SC1, Encoding::type_64FC1, Encoding::bayer_bggr8})
            BOOST_CHECK_THROW(encoding_after(operation, encoding), Error);
    BOOST_CHECK_THROW(encoding_after(Operation::blur, Encoding::none), Error);
    cv::Mat after;
    BOOST_CHECK_THROW(transform(Operation::blur, make_pixels(1, 9, 9, CV_32SC1), Encoding::type_32SC1, after), Error);
}

BOOST_AUTO_TEST_CASE(gray_is_cvtColor) {
    cv::Mat expected;
    cv::cvtColor(colour, expected, cv::COLOR_BGR2GRAY);
    BOOST_TEST(same(result_of(Operation::gray, colour, Encoding::bgr8), expected));
    cv::cvtColor(colour, expected, cv::COLOR_RGB2GRAY);
    BOOST_TEST(same(result_of(Operation::gray, colour, Encoding::rgb8), expected));
    const cv::Mat gray = make_pixels(4, 20, 20, CV_8UC1);
    BOOST_TEST(same(result_of(Operation::gray, gray, Encoding::mono8), gray));
}

BOOST_AUTO_TEST_CASE(blur_is_GaussianBlur) {
    for (const auto& [type, encoding] : {std::pair{CV_8UC1, Encoding::mono8},
                                         {CV_8UC3, Encoding::rgb8},
                                         {CV_8UC4, Encoding::bgra8},
                                         {CV_32FC1, Encoding::type_32FC1}}) {
        const cv::Mat before = make_pixels(5, 31, 17, type);
        cv::Mat expected;
        cv::GaussianBlur(before, expected, {5, 5}, 0);
        BOOST_TEST(same(result_of(Operation::blur, before, encoding), expected));
    }
}

BOOST_AUTO_TEST_CASE(edges_is_Canny_on_gray) {
    cv::Mat gray;
    cv::Mat expected;
    cv::cvtColor(colour, gray, cv::COLOR_BGR2GRAY);
    cv::Canny(gray, expected, 80, 160);
    BOOST_TEST(same(result_of(Operation::edges, colour, Encoding::bgr8), expected));
}

BOOST_AUTO_TEST_CASE(flip_is_horizontal) {
    const cv::Mat flipped = result_of(Operation::flip, colour, Encoding::bgr8);
    BOOST_TEST((flipped.at<cv::Vec3b>(5, 0) == colour.at<cv::Vec3b>(5, colour.cols - 1)));
    cv::Mat expected;
    cv::flip(colour, expected, 1);
    BOOST_TEST(same(flipped, expected));
}

BOOST_AUTO_TEST_CASE(equalize_works_on_the_luminance) {
    cv::Mat luminance;
    cv::cvtColor(colour, luminance, cv::COLOR_BGR2YCrCb);
    std::vector<cv::Mat> planes;
    cv::split(luminance, planes);
    cv::equalizeHist(planes[0], planes[0]);
    cv::merge(planes, luminance);
    cv::Mat expected;
    cv::cvtColor(luminance, expected, cv::COLOR_YCrCb2BGR);
    BOOST_TEST(same(result_of(Operation::equalize, colour, Encoding::bgr8), expected));

    const cv::Mat gray = make_pixels(4, 20, 20, CV_8UC1);
    cv::equalizeHist(gray, expected);
    BOOST_TEST(same(result_of(Operation::equalize, gray, Encoding::mono8), expected));
}

BOOST_AUTO_TEST_CASE(equalize_leaves_the_alpha_channel_alone) {
    const cv::Mat before = make_pixels(6, 20, 20, CV_8UC4);
    const cv::Mat after = result_of(Operation::equalize, before, Encoding::bgra8);
    cv::Mat alpha_before;
    cv::Mat alpha_after;
    cv::extractChannel(before, alpha_before, 3);
    cv::extractChannel(after, alpha_after, 3);
    BOOST_TEST(same(alpha_before, alpha_after));
}

BOOST_AUTO_TEST_CASE(one_pixel_is_enough) {
    for (const Operation operation :
         {Operation::gray, Operation::blur, Operation::edges, Operation::flip, Operation::equalize})
        result_of(operation, make_pixels(1, 1, 1), Encoding::bgr8);
}

BOOST_AUTO_TEST_CASE(checksum_is_fnv_1a) {
    BOOST_TEST(checksum_of({}) == "cbf29ce484222325");
    const std::string text = "foobar";
    BOOST_TEST(checksum_of(std::as_bytes(std::span(text))) == "85944171f73967e8");
}

BOOST_AUTO_TEST_SUITE_END()
