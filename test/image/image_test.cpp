#include <handoff/image.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

namespace image_test {

using handoff::check_image;
using handoff::Encoding;
using handoff::Errc;
using handoff::Image;

constexpr std::uint32_t max32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();

Image image_with_step(std::uint32_t width, std::uint32_t height, Encoding encoding, std::uint64_t step) {
    Image image = Image::of(width, height, encoding);
    image.step = step;
    return image;
}

std::string refusal(const Image& image, std::uint64_t available_bytes, Errc expected) {
    const auto checked = check_image(image, available_bytes);
    BOOST_TEST_REQUIRE(!checked, image.width << " x " << image.height << " step " << image.step << " was accepted");
    BOOST_TEST((checked.error() == expected), checked.error().message());
    return checked.error().message();
}

bool names(const std::string& sentence, std::uint64_t number) {
    return sentence.find(std::to_string(number)) != std::string::npos;
}

}  // namespace image_test

BOOST_AUTO_TEST_SUITE(image_test)

BOOST_AUTO_TEST_CASE(bytes_that_are_no_image_are_refused) {
    refusal(Image{}, max64, Errc::invalid_argument);
    refusal(Image::of(4, 4, Encoding::none), max64, Errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_unknown_encoding_is_refused_by_its_number) {
    for (const std::uint32_t number : {39u, 123456u, max32}) {
        const Image image = image_with_step(4, 4, static_cast<Encoding>(number), 4096);
        BOOST_TEST(names(refusal(image, max64, Errc::invalid_argument), number));
    }
}

BOOST_AUTO_TEST_CASE(zero_sizes_are_refused) {
    refusal(image_with_step(0, 480, Encoding::bgr8, 1920), max64, Errc::invalid_argument);
    refusal(image_with_step(640, 0, Encoding::bgr8, 1920), max64, Errc::invalid_argument);
    refusal(image_with_step(0, 0, Encoding::bgr8, 0), 0, Errc::invalid_argument);
    refusal(image_with_step(640, 480, Encoding::bgr8, 0), max64, Errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_step_shorter_than_a_row_is_refused_with_both_numbers) {
    const auto sentence = refusal(image_with_step(640, 480, Encoding::bgr8, 1919), max64, Errc::invalid_argument);
    BOOST_TEST(names(sentence, 1919), sentence);
    BOOST_TEST(names(sentence, 1920), sentence);
}

BOOST_AUTO_TEST_CASE(a_step_that_splits_a_value_is_refused) {
    refusal(image_with_step(10, 10, Encoding::type_32FC1, 41), max64, Errc::invalid_argument);
    refusal(image_with_step(10, 10, Encoding::mono16, 21), max64, Errc::invalid_argument);
    BOOST_TEST(check_image(image_with_step(10, 10, Encoding::mono8, 11), 110).has_value());
}

BOOST_AUTO_TEST_CASE(one_byte_too_few_is_refused_with_the_numbers) {
    const Image image = Image::of(640, 480, Encoding::bgr8);
    BOOST_TEST(check_image(image, 640 * 480 * 3).has_value());
    const auto sentence = refusal(image, 640 * 480 * 3 - 1, Errc::too_large);
    for (const std::uint64_t number : {640u, 480u, 1920u, 640u * 480u * 3u - 1u})
        BOOST_TEST(names(sentence, number), number << " is missing in: " << sentence);
    refusal(image, 0, Errc::too_large);
}

// Each of these products is small or zero modulo 2^64 or 2^32.
BOOST_AUTO_TEST_CASE(products_that_wrap_around_are_refused) {
    constexpr std::uint64_t slot_bytes = 1 << 20;
    refusal(image_with_step(1, 2, Encoding::mono8, std::uint64_t{1} << 63), slot_bytes, Errc::too_large);
    refusal(image_with_step(1, 1u << 31, Encoding::mono8, std::uint64_t{1} << 33), slot_bytes, Errc::too_large);
    refusal(image_with_step(1, 16, Encoding::mono8, (std::uint64_t{1} << 60) + 1), slot_bytes, Errc::too_large);
    refusal(image_with_step(1, max32, Encoding::mono8, max64), slot_bytes, Errc::too_large);
    refusal(image_with_step(1, 3, Encoding::mono8, max64 / 3 + 1), max64, Errc::too_large);
    // width * bytes per pixel in 32 bits would be 0 and 28: a step of 32 would pass.
    refusal(image_with_step(1u << 27, 1, Encoding::type_64FC4, 32), slot_bytes, Errc::invalid_argument);
    refusal(image_with_step((1u << 30) + 7, 1, Encoding::bgra8, 32), slot_bytes, Errc::invalid_argument);
    refusal(Image::of(max32, max32, Encoding::type_64FC4), max64, Errc::too_large);
}

BOOST_AUTO_TEST_CASE(whatever_is_accepted_lies_inside_the_available_bytes) {
    const std::uint32_t sizes[] = {1, 2, 3, 255, 65536, 0x7fffffff, 0x80000000u, max32};
    const std::uint64_t steps[] = {1, 8, 4096, max32, std::uint64_t{1} << 32, std::uint64_t{1} << 63, max64 - 7, max64};
    const std::uint64_t available[] = {0, 1, 4096, std::uint64_t{1} << 40, max64};
    int accepted = 0;
    for (const auto width : sizes)
        for (const auto height : sizes)
            for (const auto step : steps)
                for (const auto bytes : available) {
                    const Image image = image_with_step(width, height, Encoding::mono8, step);
                    const bool fits = step >= width && (height == 0 || step <= bytes / height);  // cannot wrap around
                    BOOST_TEST(check_image(image, bytes).has_value() == fits);
                    accepted += fits;
                }
    BOOST_TEST(accepted > 20);
}

BOOST_AUTO_TEST_CASE(of_describes_rows_without_gaps) {
    const Image image = Image::of(1920, 1080, Encoding::bgr8);
    BOOST_TEST(image.width == 1920u);
    BOOST_TEST(image.height == 1080u);
    BOOST_TEST(image.step == 5760u);
    BOOST_TEST(image.byte_count() == 6220800u);
    BOOST_TEST(image.is_image());
    BOOST_TEST(!Image{}.is_image());
    BOOST_TEST(Image::of(max32, 1, Encoding::type_64FC4).step == std::uint64_t{max32} * 32);
}

BOOST_AUTO_TEST_CASE(a_frame_id_comes_back_and_is_cut_where_it_does_not_fit) {
    Image image;
    BOOST_TEST(image.frame() == "");
    image.set_frame_id("a camera with a fairly long name!");
    BOOST_TEST(image.frame() == "a camera with a fairly long nam");
    image.set_frame_id("a camera behind the small caf\xc3\xa9s");
    BOOST_TEST(image.frame() == "a camera behind the small caf\xc3\xa9");
    image.set_frame_id("a camera behind the little caf\xc3\xa9");  // the last character would be cut in half
    BOOST_TEST(image.frame() == "a camera behind the little caf");
    image.set_frame_id("front");
    BOOST_TEST(image.frame() == "front");
    BOOST_TEST(image.frame_id[6] == '\0', "rests of the longer name stayed behind");
    BOOST_TEST(image.frame_id[30] == '\0', "rests of the longer name stayed behind");
    image.set_frame_id({});
    BOOST_TEST(image.frame() == "");
}

BOOST_AUTO_TEST_CASE(a_frame_id_without_its_end_is_read_no_further_than_it_reaches) {
    Image images[2];
    images[1].width = images[1].height = 0x78787878;
    for (Image& image : images) std::memset(image.frame_id, 'x', sizeof image.frame_id);
    BOOST_TEST(images[0].frame().size() == 32u);
}

BOOST_AUTO_TEST_SUITE_END()
