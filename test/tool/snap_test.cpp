// snap: the newest image of a segment as a file.
#include "tool/tool.hpp"

#include <png.h>

#include <filesystem>
#include <fstream>
#include <limits>

namespace snap_test {

using namespace tool_test;

/// The picture that snap makes of these numbers, and its message.
template <class Number>
std::pair<std::vector<int>, std::string> snapped(const std::vector<Number>& numbers, std::uint32_t width,
                                                 Encoding encoding) {
    const UniqueName name;
    const std::string path = std::filesystem::temp_directory_path() / (name.str() + ".png");
    Publisher publisher(name, small_topic());
    const std::string bytes(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
    Loan loan = filled(publisher.loan().value(), bytes);
    const auto height = static_cast<std::uint32_t>(bytes.size() / bytes_per_pixel(encoding) / width);
    loan.describe(Image::of(width, height, encoding)).value();
    (void)publisher.publish(std::move(loan)).value();
    const std::string words = words_of({"snap", name.str(), path}, 0);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    BOOST_TEST_REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
    image.format = (image.format & PNG_FORMAT_FLAG_COLOR) != 0 ? PNG_FORMAT_BGR : PNG_FORMAT_GRAY;
    std::vector<unsigned char> read(PNG_IMAGE_SIZE(image));
    BOOST_TEST_REQUIRE(png_image_finish_read(&image, nullptr, read.data(), 0, nullptr) != 0);
    std::filesystem::remove(path);
    return {{read.begin(), read.end()}, words};
}

}  // namespace snap_test

BOOST_AUTO_TEST_SUITE(snap_test)

BOOST_AUTO_TEST_CASE(snap_writes_the_newest_image_pixel_by_pixel) {
    const UniqueName name;
    const std::string path = std::filesystem::temp_directory_path() / (name.str() + ".png");
    Publisher publisher(name, small_topic());
    TOOL_TEST_CONTAINS(words_of({"snap", name.str(), path, "--timeout", "1ms"}, 4), "holds no message yet");
    std::string pixels;
    for (int i = 0; i < 7 * 5 * 3; ++i) pixels += static_cast<char>(i * 2);
    Loan loan = filled(publisher.loan().value(), pixels);
    loan.describe(Image::of(7, 5, Encoding::bgr8)).value();
    (void)publisher.publish(std::move(loan)).value();
    TOOL_TEST_CONTAINS(words_of({"snap", name.str(), path}, 0), "7x5 bgr8");

    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    BOOST_TEST_REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
    image.format = PNG_FORMAT_BGR;
    std::string read(PNG_IMAGE_SIZE(image), '\0');
    BOOST_TEST_REQUIRE(png_image_finish_read(&image, nullptr, read.data(), 0, nullptr) != 0);
    BOOST_TEST((read == pixels));
    std::filesystem::remove(path);

    publish(publisher, "no image");
    TOOL_TEST_CONTAINS(words_of({"snap", name.str(), path}, 1), "is neither an image nor an array: --raw");
    BOOST_TEST(output_of({"snap", "--raw", name.str(), "-"}) == "no image");
    TOOL_TEST_CONTAINS(words_of({"snap", "--raw", name.str(), "/no/such/folder/x"}, 1),
                       "cannot write /no/such/folder/x");
}

BOOST_AUTO_TEST_CASE(snap_writes_an_array_as_a_file_of_numpy) {
    const UniqueName name;
    const std::string path = std::filesystem::temp_directory_path() / (name.str() + ".npy");
    Publisher publisher(name, small_topic());
    const std::pair<Array, std::string> rows[]{
        {Array::of<float>({2, 3}).value(), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, ), }"},
        {Array::of<bool>({5}).value(), "{'descr': '|b1', 'fortran_order': False, 'shape': (5, ), }"},
        {Array::of<std::int64_t>({}).value(), "{'descr': '<i8', 'fortran_order': False, 'shape': (), }"},
        {Array::of(Dtype::bfloat16, {}).value(), "{'descr': '<u2', 'fortran_order': False, 'shape': (), }"},
        {Array::of<double>({0, 6}).value(), "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 6, ), }"},
    };
    for (const auto& [array, head] : rows) {
        const std::string elements(array.byte_count(), 'e');
        Loan loan = filled(publisher.loan().value(), elements + "behind");
        loan.describe(array).value();
        (void)publisher.publish(std::move(loan)).value();
        TOOL_TEST_CONTAINS(words_of({"snap", name.str(), path}, 0), std::string(name_of(array.dtype)));
        std::ifstream file(path, std::ios::binary);
        const std::string read{std::istreambuf_iterator<char>(file), {}};
        BOOST_TEST(read.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
        const std::size_t length = static_cast<unsigned char>(read[8]) + 256 * static_cast<unsigned char>(read[9]);
        BOOST_TEST((10 + length) % 64 == 0U);
        BOOST_TEST(read.substr(10, head.size()) == head);
        BOOST_TEST(read[9 + length] == '\n');
        BOOST_TEST(read.substr(10 + length) == elements);
    }
    std::filesystem::remove(path);
    TOOL_TEST_CONTAINS(words_of({"snap", name.str(), "x.png"}, 1), "is an array (0x6 float64): name the file FILE.npy");
    Loan loan = publisher.loan().value();
    loan.describe(Image::of(2, 2, Encoding::mono8)).value();
    (void)publisher.publish(std::move(loan)).value();
    TOOL_TEST_CONTAINS(words_of({"snap", name.str(), path}, 1), "is an image (2x2 mono8): name the file FILE.png");
}

BOOST_AUTO_TEST_CASE(snap_scales_floats_and_signed_integers_and_says_so) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    const double huge = std::numeric_limits<double>::max();
    using Shown = std::vector<int>;
    {
        const auto [pixels, words] = snapped<float>({-1, 0, 1, nan, inf, -inf}, 3, Encoding::type_32FC1);
        BOOST_TEST((pixels == Shown{0, 128, 255, 0, 255, 0}));
        TOOL_TEST_CONTAINS(words, "3x2 32FC1");
        TOOL_TEST_CONTAINS(words, "scaled: -1 and less is black, 1 and more is white (1st and 99th percentile)");
        TOOL_TEST_CONTAINS(words, "1 value not a number");
    }
    BOOST_TEST((snapped<double>({-huge, 0, huge}, 3, Encoding::type_64FC1).first == Shown{0, 128, 255}));
    BOOST_TEST((snapped<std::int16_t>({-100, 0, 100}, 1, Encoding::type_16SC3).first == Shown{0, 128, 255}));
    BOOST_TEST((snapped<std::int8_t>({-128, 127}, 2, Encoding::type_8SC1).first == Shown{0, 255}));
    TOOL_TEST_CONTAINS((snapped<std::int32_t>({-7, -7}, 2, Encoding::type_32SC1).second), "all pixels are -7");
    std::vector<std::int8_t> outlier(200, 0);  // one hot pixel makes nothing else dark
    for (std::size_t i = 0; i < 100; ++i) outlier[i] = 2;
    outlier[150] = 127;
    const auto [pixels, words] = snapped(outlier, 200, Encoding::type_8SC1);
    BOOST_TEST(pixels[0] == 255);
    BOOST_TEST(pixels[199] == 0);

    const UniqueName name;
    Publisher publisher(name, small_topic());
    Loan loan = filled(publisher.loan().value(), std::string(8, '\0'));
    loan.describe(Image::of(1, 1, Encoding::type_32FC2)).value();
    (void)publisher.publish(std::move(loan)).value();
    TOOL_TEST_CONTAINS(words_of({"snap", name.str(), "-"}, 1), "PNG knows no images of 32FC2: --raw");
}

BOOST_AUTO_TEST_SUITE_END()
