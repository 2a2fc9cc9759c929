#include "sender/image_probe.hpp"

#include "apps/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <opencv2/imgcodecs.hpp>

#include <span>
#include <string>
#include <vector>

namespace image_probe {

using handoff::apps::PictureSize;
using handoff::apps::sender::ending_of;
using handoff::apps::sender::size_in_header;
using handoff::apps::sender::stored_pixels;

std::vector<std::byte> encoded(const char* extension, int width, int height, const std::vector<int>& parameters = {}) {
    std::vector<unsigned char> bytes;
    BOOST_REQUIRE(cv::imencode(extension, apps_test::make_pixels(1, width, height), bytes, parameters));
    const auto view = std::as_bytes(std::span(bytes));
    return {view.begin(), view.end()};
}

std::string_view why_incomplete(std::span<const std::byte> bytes) {
    return ending_of(bytes).why_incomplete;
}

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto view = std::as_bytes(std::span(text));
    return {view.begin(), view.end()};
}

}  // namespace image_probe

BOOST_AUTO_TEST_SUITE(image_probe)

BOOST_AUTO_TEST_CASE(headers_tell_the_size) {
    BOOST_TEST((size_in_header(encoded(".jpg", 123, 45)) == PictureSize{123, 45}));
    BOOST_TEST((size_in_header(encoded(".jpg", 123, 45, {cv::IMWRITE_JPEG_PROGRESSIVE, 1})) == PictureSize{123, 45}));
    BOOST_TEST((size_in_header(encoded(".png", 7, 300)) == PictureSize{7, 300}));
}

BOOST_AUTO_TEST_CASE(photographs_have_the_size_that_they_decode_to) {
    for (const std::string& path : apps_test::photographs()) {
        const auto bytes = apps_test::read_file(path);
        const cv::Mat picture = cv::imread(path, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
        const PictureSize real{static_cast<unsigned>(picture.cols), static_cast<unsigned>(picture.rows)};
        BOOST_TEST_CONTEXT(path) {
            BOOST_TEST((size_in_header(bytes) == real));
            BOOST_TEST(why_incomplete(bytes) == "");
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_neither_has_no_size_and_no_fault) {
    for (const auto& bytes : {bytes_of(""), bytes_of("I am a text"), bytes_of("\x89PNG"), bytes_of("BM........"),
                              encoded(".bmp", 5, 5), encoded(".webp", 50, 50)}) {
        BOOST_TEST(!size_in_header(bytes));
        BOOST_TEST(why_incomplete(bytes) == "");
    }
}

BOOST_AUTO_TEST_CASE(a_jpeg_is_incomplete_wherever_it_is_cut) {
    for (const auto& whole : {encoded(".jpg", 64, 48), encoded(".jpg", 64, 48, {cv::IMWRITE_JPEG_PROGRESSIVE, 1}),
                              encoded(".jpg", 64, 48, {cv::IMWRITE_JPEG_RST_INTERVAL, 2})}) {
        BOOST_TEST(why_incomplete(whole) == "");
        for (std::size_t length = 3; length < whole.size(); ++length) {
            const std::string_view why = why_incomplete(std::span(whole).first(length));
            BOOST_REQUIRE_MESSAGE(why.find("cut short") != std::string_view::npos,
                                  length << " of " << whole.size() << " bytes: '" << why << "'");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_png_is_incomplete_wherever_it_is_cut) {
    const auto whole = encoded(".png", 64, 48);
    BOOST_TEST(why_incomplete(whole) == "");
    for (std::size_t length = 8; length < whole.size(); ++length)
        BOOST_REQUIRE(why_incomplete(std::span(whole).first(length)).find("cut short") != std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(an_end_marker_inside_a_preview_is_not_the_end) {
    const auto preview = encoded(".jpg", 8, 8);
    const auto whole = encoded(".jpg", 64, 48);
    std::vector<std::byte> bytes(whole.begin(), whole.begin() + 2);
    const std::size_t length = preview.size() + 2;
    for (const std::size_t value : {std::size_t{0xFF}, std::size_t{0xE1}, length >> 8U, length & 0xFFU})
        bytes.push_back(static_cast<std::byte>(value));
    bytes.insert(bytes.end(), preview.begin(), preview.end());
    bytes.insert(bytes.end(), whole.begin() + 2, whole.end());
    BOOST_TEST(why_incomplete(bytes) == "");
    BOOST_TEST((size_in_header(bytes) == PictureSize{64, 48}));
    bytes.resize(bytes.size() - 2);
    BOOST_TEST(why_incomplete(bytes) != "");
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_end_do_no_harm) {
    for (const char* extension : {".jpg", ".png"}) {
        auto bytes = encoded(extension, 20, 20);
        bytes.resize(bytes.size() + 1000);
        BOOST_TEST(why_incomplete(bytes) == "");
    }
}

BOOST_AUTO_TEST_CASE(no_bytes_make_it_read_beyond_them) {
    for (const char* extension : {".jpg", ".png"}) {
        const auto whole = encoded(extension, 40, 30);
        cv::RNG random(7);
        for (int round = 0; round < 20'000; ++round) {
            auto bytes = std::vector(whole.begin(), whole.begin() + random.uniform(0, static_cast<int>(whole.size())));
            for (int change = 0; change < 3 && !bytes.empty(); ++change)
                bytes[static_cast<std::size_t>(random.uniform(0, static_cast<int>(bytes.size())))] =
                    static_cast<std::byte>(random.uniform(0, 256));
            const auto size = size_in_header(bytes);
            BOOST_REQUIRE(!size || (size->width > 0 && size->height > 0));
            (void)why_incomplete(bytes);
            (void)stored_pixels(bytes);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
