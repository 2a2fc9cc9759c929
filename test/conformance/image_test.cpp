// Image descriptions on their way there and back, and those that lie.
#include <algorithm>
#include <cstring>

#include "conformance/fixture.hpp"

namespace image_test {

using namespace conformance;
using handoff::Array;
using handoff::Encoding;
using handoff::Errc;
using handoff::Image;
using handoff::Receiver;
using handoff::Sender;

struct Fixture : Channel {
    Sender sending = sender();
    Receiver receiving = receiver();
};

void check_same(const Image& image, const Image& expected) {
    BOOST_TEST(std::memcmp(&image, &expected, sizeof image) == 0);
}

}  // namespace image_test

BOOST_FIXTURE_TEST_SUITE(image_test, Fixture)

BOOST_AUTO_TEST_CASE(a_description_travels_there_and_back) {
    Image image = Image::of(7, 5, Encoding::bgr8);
    image.step = 24;
    image.capture_time_ns = 1234567890123;
    image.set_frame_id("camera 1");
    auto loan = sending.loan(soon()).value();
    loan.describe(image).value();
    BOOST_TEST(loan.size() == 120U);
    auto pending = sending.request_async(std::move(loan)).value();

    auto request = receive(receiving);
    check_same(request.image(), image);
    BOOST_TEST(request.payload().size() == 120U);
    BOOST_TEST(request.image().frame() == "camera 1");
    const Image answer = Image::of(8, 8, Encoding::mono8);
    request.describe_reply(answer).value();
    std::memset(request.reply().data(), 0x5a, 64);
    request.processed().value();

    const auto processed = pending.wait(soon()).value();
    check_same(processed.image(), image);
    check_same(processed.reply_image(), answer);
    BOOST_TEST(processed.reply().size() == 64U);
    BOOST_TEST((processed.reply()[63] == std::byte{0x5a}));
}

BOOST_AUTO_TEST_CASE(a_description_of_the_last_message_is_not_shown_again) {
    auto loan = sending.loan(soon()).value();
    loan.describe(Image::of(4, 4, Encoding::mono8)).value();
    auto first = sending.request_async(std::move(loan)).value();
    auto request = receive(receiving);
    request.describe_reply(Image::of(4, 4, Encoding::mono8)).value();
    request.processed().value();
    BOOST_TEST(first.wait(soon())->reply_image().is_image());

    auto second = request_async(sending, "0123456789abcdef");  // as many bytes, no image
    auto plain = receive(receiving);
    BOOST_TEST(!plain.image().is_image());
    plain.processed(bytes("0123456789abcdef")).value();
    const auto processed = second.wait(soon()).value();
    BOOST_TEST(!processed.image().is_image());
    BOOST_TEST(!processed.reply_image().is_image());
}

BOOST_AUTO_TEST_CASE(a_description_larger_than_the_bytes_is_shown_as_plain_bytes) {
    auto loan = sending.loan(soon()).value();
    loan.describe(Image::of(10, 10, Encoding::mono8)).value();
    loan.resize(99).value();
    auto pending = sending.request_async(std::move(loan)).value();
    auto request = receive(receiving);
    BOOST_TEST(!request.image().is_image());
    BOOST_TEST(request.payload().size() == 99U);
    request.describe_reply(Image::of(8, 8, Encoding::mono8)).value();
    request.processed(std::size_t{63}).value();
    const auto processed = pending.wait(soon()).value();
    BOOST_TEST(!processed.image().is_image());
    BOOST_TEST(!processed.reply_image().is_image());
    BOOST_TEST(processed.reply().size() == 63U);
}

BOOST_AUTO_TEST_CASE(an_array_travels_there_and_back_one_without_elements_too) {
    for (const std::uint32_t boxes : {0U, 3U}) {
        const Array found = Array::of<float>({boxes, 6}).value();
        auto loan = sending.loan(soon()).value();
        loan.describe(found).value();
        BOOST_TEST(loan.size() == 24 * boxes);
        const auto numbers = found.elements<float>(loan.payload()).value();
        std::fill(numbers.begin(), numbers.end(), 0.5F);
        auto pending = sending.request_async(std::move(loan)).value();

        auto request = receive(receiving);
        BOOST_TEST(!request.image().is_image());
        BOOST_TEST((request.array() == found));
        const auto elements = request.array().elements<const float>(request.payload()).value();
        BOOST_TEST(elements.size() == 6 * boxes);
        for (const float number : elements) BOOST_TEST(number == 0.5F);
        const Array answer = Array::of<std::int64_t>({boxes}).value();
        request.describe_reply(answer).value();
        request.processed().value();

        const auto processed = pending.wait(soon()).value();
        BOOST_TEST((processed.array() == found && processed.reply_array() == answer));
        BOOST_TEST(processed.reply().size() == 8 * boxes);
    }
}

BOOST_AUTO_TEST_CASE(an_array_larger_than_the_bytes_is_refused_or_shown_as_plain_bytes) {
    auto loan = sending.loan(soon()).value();
    check_refused(loan.describe(Array::of<double>({1000, 1000}).value()), Errc::too_large);
    loan.describe(Array::of<double>({2}).value()).value();
    loan.resize(15).value();
    sending.send(std::move(loan)).value();
    auto request = receive(receiving);
    BOOST_TEST(!request.array().is_array());
    BOOST_TEST(request.payload().size() == 15U);
    request.processed().value();
}

BOOST_AUTO_TEST_CASE(a_refused_description_changes_nothing) {
    auto loan = sending.loan(soon()).value();
    const Image good = Image::of(4, 4, Encoding::mono8);
    loan.describe(good).value();
    check_refused(loan.describe(Image::of(1000, 1000, Encoding::bgr8)), Errc::too_large);
    check_same(loan.image(), good);
    BOOST_TEST(loan.size() == 16U);
}

BOOST_AUTO_TEST_CASE(in_place_the_picture_may_become_another_one_but_no_larger) {
    shape.in_place = true;
    handoff::testing::UniqueName editable("editable");
    Sender sender(editable, shape);
    Receiver receiver(editable);
    auto loan = sender.loan(soon()).value();
    loan.describe(Image::of(8, 8, Encoding::bgr8)).value();
    auto pending = sender.request_async(std::move(loan)).value();
    auto request = receive(receiver);
    check_refused(request.describe(Image::of(9, 8, Encoding::bgr8)), Errc::too_large);
    request.describe(Image::of(8, 8, Encoding::mono8)).value();
    request.processed().value();
    const auto processed = pending.wait(soon()).value();
    BOOST_TEST((processed.image().encoding == Encoding::mono8));
    BOOST_TEST(processed.payload().size() == 64U);
}

BOOST_AUTO_TEST_SUITE_END()
