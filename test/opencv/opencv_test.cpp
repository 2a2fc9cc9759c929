#include <handoff/opencv.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace opencv_adapter {

using namespace handoff;
using namespace std::chrono_literals;

constexpr std::size_t payload_bytes = 40 * 30 * 3;

struct Pair {
    testing::UniqueName name{"opencv"};
    Sender sender;
    Receiver receiver;

    explicit Pair(bool in_place = false)
        : sender(name, {.slot_count = 2, .payload_bytes = payload_bytes, .reply_bytes = 40 * 30, .in_place = in_place}),
          receiver(name) {}
    Loan loan() { return sender.try_loan().value(); }
    Request received(Loan loan) {
        sender.send(std::move(loan)).value();
        return receiver.try_receive().value();
    }
};

cv::Mat random_mat(int rows, int cols, int type) {
    cv::Mat mat(rows, cols, type);
    cv::randu(mat, 0, 100);
    return mat;
}

bool same(const cv::Mat& left, const cv::Mat& right) {
    return left.size() == right.size() && left.type() == right.type() && cv::norm(left, right, cv::NORM_INF) == 0;
}

auto refused(Errc code, const std::string& words) {
    return [=](const Error& error) {
        BOOST_TEST_MESSAGE(error.what());
        return error.failure() == code && std::string(error.what()).find(words) != std::string::npos;
    };
}

}  // namespace opencv_adapter

BOOST_AUTO_TEST_SUITE(opencv_adapter)

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused_with_both_numbers) {
    Pair pair;
    Loan loan = pair.loan();
    BOOST_CHECK_EXCEPTION(opencv::as_mat(loan, 31, 40, CV_8UC3), Error,
                          refused(Errc::too_large, "40 x 31 bgr8 needs 3720 bytes, the slot's payload has 3600"));
    BOOST_CHECK_EXCEPTION(opencv::as_mat(loan, INT_MAX, INT_MAX, CV_64FC4), Error, refused(Errc::too_large, "3600"));
    BOOST_CHECK_EXCEPTION(opencv::copy_to(loan, random_mat(100, 100, CV_8UC1)), Error,
                          refused(Errc::too_large, "10000"));
    BOOST_TEST(!loan.image().is_image());
    BOOST_TEST(opencv::as_mat(loan, 30, 40, CV_8UC3).total() == 1200U);
}

BOOST_AUTO_TEST_CASE(what_is_no_image_is_refused) {
    Pair pair;
    Loan loan = pair.loan();
    for (const auto& [rows, cols] : {std::pair{0, 5}, {5, 0}, {-1, 5}, {5, -1}})
        BOOST_CHECK_EXCEPTION(opencv::as_mat(loan, rows, cols, CV_8UC1), Error, refused(Errc::invalid_argument, "0"));
    BOOST_CHECK_EXCEPTION(opencv::as_mat(loan, 5, 5, CV_8UC(5)), Error,
                          refused(Errc::invalid_argument, "has no encoding"));
    BOOST_CHECK_EXCEPTION(opencv::as_mat(loan, 5, 5, CV_16FC1), Error, refused(Errc::invalid_argument, "CV_16FC1"));
    BOOST_CHECK_EXCEPTION(opencv::as_mat(loan), Error, refused(Errc::invalid_argument, "not an image"));
    BOOST_CHECK_EXCEPTION(opencv::copy_to(loan, cv::Mat()), Error, refused(Errc::invalid_argument, "0 pixels"));
    const int sizes[3] = {2, 2, 2};
    BOOST_CHECK_EXCEPTION(opencv::copy_to(loan, cv::Mat(3, sizes, CV_8UC1)), Error,
                          refused(Errc::invalid_argument, "3 dimensions"));
    const Request bytes = pair.received(std::move(loan));
    BOOST_CHECK_EXCEPTION(opencv::as_mat(bytes), Error, refused(Errc::invalid_argument, "not an image"));
}

BOOST_AUTO_TEST_CASE(a_loan_that_was_moved_from_is_refused) {
    Pair pair;
    Loan loan = pair.loan();
    const Loan other = std::move(loan);
    BOOST_CHECK_THROW(opencv::as_mat(loan, 1, 1, CV_8UC1), Error);
}

BOOST_AUTO_TEST_CASE(every_encoding_has_a_type_and_every_type_comes_back) {
    for (std::uint32_t number = 1; number <= 37; ++number) {
        const auto encoding = static_cast<Encoding>(number);
        const int type = opencv::type_of(encoding);
        BOOST_TEST_CONTEXT(name_of(encoding)) {
            BOOST_TEST(static_cast<std::size_t>(CV_ELEM_SIZE(type)) == bytes_per_pixel(encoding));
            BOOST_TEST(opencv::type_of(opencv::encoding_of_type(type)) == type);
        }
    }
    BOOST_TEST((opencv::encoding_of_type(CV_8UC3) == Encoding::bgr8));
    BOOST_TEST((opencv::encoding_of_type(CV_8UC1) == Encoding::mono8));
    BOOST_TEST((opencv::encoding_of_type(CV_16UC1) == Encoding::type_16UC1));
    BOOST_CHECK_THROW(opencv::type_of(Encoding::none), Error);
    BOOST_CHECK_THROW(opencv::type_of(static_cast<Encoding>(38)), Error);
}

BOOST_AUTO_TEST_CASE(pixels_written_on_one_side_are_read_on_the_other_without_a_copy) {
    Pair pair;
    Loan loan = pair.loan();
    cv::Mat picture = opencv::as_mat(loan, 20, 30, CV_8UC3);
    BOOST_TEST(reinterpret_cast<std::byte*>(picture.data) == loan.payload().data());
    BOOST_TEST(loan.size() == 20U * 30 * 3);
    const cv::Mat pixels = random_mat(20, 30, CV_8UC3);
    pixels.copyTo(picture);
    const Request request = pair.received(std::move(loan));
    const cv::Mat seen = opencv::as_mat(request);
    BOOST_TEST(reinterpret_cast<const std::byte*>(seen.data) == request.payload().data());
    BOOST_TEST(same(seen, pixels));
}

BOOST_AUTO_TEST_CASE(a_new_description_keeps_frame_id_and_time) {
    Pair pair;
    Loan loan = pair.loan();
    (void)opencv::as_mat(loan, 5, 5, CV_8UC1);
    Image image = loan.image();
    image.set_frame_id("left camera");
    image.capture_time_ns = 42;
    loan.describe(image).value();
    opencv::copy_to(loan, random_mat(6, 6, CV_8UC3));
    BOOST_TEST(loan.image().frame() == "left camera");
    BOOST_TEST(loan.image().capture_time_ns == 42);
    BOOST_TEST(loan.image().width == 6U);
}

BOOST_AUTO_TEST_CASE(a_frame_is_described_once_with_its_encoding_and_its_source) {
    Pair pair;
    Loan loan = pair.loan();
    cv::Mat frame = opencv::as_mat(loan, 30, 40, Encoding::rgb8, "left");
    BOOST_TEST(frame.type() == CV_8UC3);
    opencv::ensure_in(loan, random_mat(20, 40, CV_8UC3));  // a copy is as much rgb8 as the view was
    Request request = pair.received(std::move(loan));
    BOOST_TEST((request.image().encoding == Encoding::rgb8));
    BOOST_TEST(request.image().frame() == "left");
    BOOST_TEST(request.image().height == 20U);
    opencv::reply_mat(request, 30, 40, CV_8UC1, "edges");
    BOOST_TEST(request.image().frame() == "left");
    BOOST_CHECK_EXCEPTION(opencv::reply_mat(request, 30, 40, Encoding::none), Error,
                          refused(Errc::invalid_argument, "not an image"));
    request.processed().value();
}

BOOST_AUTO_TEST_CASE(copy_to_closes_the_gaps_between_rows) {
    Pair pair;
    Loan loan = pair.loan();
    const cv::Mat whole = random_mat(50, 60, CV_8UC3);
    const cv::Mat part = whole(cv::Rect(7, 9, 30, 20));
    BOOST_REQUIRE(!part.isContinuous());
    opencv::copy_to(loan, part);
    BOOST_TEST(loan.size() == 30U * 20 * 3);
    BOOST_TEST(same(opencv::as_mat(loan), part));
}

BOOST_AUTO_TEST_CASE(copy_to_of_a_part_of_the_loan_itself) {
    Pair pair;
    Loan loan = pair.loan();
    cv::Mat picture = opencv::as_mat(loan, 30, 40, CV_8UC3);
    cv::randu(picture, 0, 100);
    const cv::Mat part = picture(cv::Rect(3, 2, 30, 20));
    const cv::Mat expected = part.clone();
    opencv::copy_to(loan, part);
    BOOST_TEST(same(opencv::as_mat(loan), expected));
}

BOOST_AUTO_TEST_CASE(memory_that_OpenCV_took_elsewhere_is_noticed) {
    Pair pair;
    Loan loan = pair.loan();
    cv::Mat picture = opencv::as_mat(loan, 20, 30, CV_8UC3);
    random_mat(20, 30, CV_8UC3).copyTo(picture);
    BOOST_TEST(opencv::is_in(picture, loan));
    BOOST_TEST(!opencv::ensure_in(loan, picture));

    const cv::Mat larger = random_mat(21, 30, CV_8UC3);
    larger.copyTo(picture);
    BOOST_TEST(!opencv::is_in(picture, loan));
    BOOST_TEST(opencv::ensure_in(loan, picture));
    BOOST_TEST(same(opencv::as_mat(loan), larger));
    BOOST_TEST(!opencv::is_in(cv::Mat(), loan));
}

BOOST_AUTO_TEST_CASE(a_view_of_a_part_is_not_the_whole) {
    Pair pair;
    Loan loan = pair.loan();
    cv::Mat picture = opencv::as_mat(loan, 30, 40, CV_8UC3);
    cv::randu(picture, 0, 100);
    const cv::Mat corner = picture(cv::Rect(0, 0, 10, 10));
    const cv::Mat expected = corner.clone();
    BOOST_TEST(opencv::is_in(corner, loan));
    BOOST_TEST(opencv::ensure_in(loan, corner));
    BOOST_TEST(same(opencv::as_mat(loan), expected));
    BOOST_TEST(loan.size() == 300U);
}

BOOST_AUTO_TEST_CASE(an_image_with_gaps_between_rows_is_read_with_them) {
    Pair pair;
    Loan loan = pair.loan();
    Image image = Image::of(10, 4, Encoding::bgr8);
    image.step = 64;
    loan.describe(image).value();
    cv::Mat picture = opencv::as_mat(loan);
    BOOST_TEST(picture.step[0] == 64U);
    const cv::Mat pixels = random_mat(4, 10, CV_8UC3);
    pixels.copyTo(picture);
    const Request request = pair.received(std::move(loan));
    BOOST_TEST(same(opencv::as_mat(request), pixels));
}

BOOST_AUTO_TEST_CASE(the_answer_is_written_into_the_reply_area) {
    Pair pair;
    Loan loan = pair.loan();
    const cv::Mat pixels = random_mat(30, 40, CV_8UC3);
    opencv::copy_to(loan, pixels);
    Pending pending = pair.sender.request_async(std::move(loan)).value();
    Request request = pair.receiver.try_receive().value();
    BOOST_CHECK_EXCEPTION(opencv::reply_mat(request, 30, 40, CV_8UC3), Error,
                          refused(Errc::too_large, "needs 3600 bytes, the slot's reply area has 1200"));
    cv::Mat gray = opencv::reply_mat(request, 30, 40, CV_8UC1);
    BOOST_TEST(reinterpret_cast<std::byte*>(gray.data) == request.reply().data());
    cv::cvtColor(opencv::as_mat(request), gray, cv::COLOR_BGR2GRAY);
    BOOST_TEST(opencv::is_in(gray, request.reply()));
    request.processed().value();
    const Processed processed = pending.wait(testing::default_timeout).value();
    cv::Mat expected;
    cv::cvtColor(pixels, expected, cv::COLOR_BGR2GRAY);
    BOOST_TEST(same(opencv::as_mat(processed), expected));
    BOOST_TEST(same(opencv::payload_mat(processed), pixels));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_an_image_gives_no_mat) {
    Pair pair;
    Loan loan = pair.loan();
    opencv::copy_to(loan, random_mat(3, 3, CV_8UC1));
    Pending pending = pair.sender.request_async(std::move(loan)).value();
    pair.receiver.try_receive().value().processed().value();
    const Processed processed = pending.wait(testing::default_timeout).value();
    BOOST_CHECK_THROW(opencv::as_mat(processed), Error);
}

BOOST_AUTO_TEST_CASE(only_a_channel_opened_in_place_is_edited) {
    Pair pair;
    Loan loan = pair.loan();
    opencv::copy_to(loan, random_mat(3, 3, CV_8UC1));
    Request request = pair.received(std::move(loan));
    BOOST_CHECK_EXCEPTION(opencv::editable_mat(request), Error, refused(Errc::invalid_argument, ""));

    Pair editable(true);
    Loan frame = editable.loan();
    opencv::copy_to(frame, cv::Mat(4, 5, CV_8UC1, cv::Scalar(7)));
    Pending pending = editable.sender.request_async(std::move(frame)).value();
    Request edit = editable.receiver.try_receive().value();
    cv::Mat pixels = opencv::editable_mat(edit);
    pixels += 1;
    edit.processed().value();
    const Processed processed = pending.wait(testing::default_timeout).value();
    BOOST_TEST(same(opencv::payload_mat(processed), cv::Mat(4, 5, CV_8UC1, cv::Scalar(8))));
}

BOOST_AUTO_TEST_SUITE_END()
