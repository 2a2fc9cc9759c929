#include <handoff/image.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace array_test {

using handoff::Array;
using handoff::check_description;
using handoff::Dtype;
using handoff::Encoding;
using handoff::Errc;
using handoff::Image;

constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t max32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t dtypes = 13;

void check_refused(const Image& description, std::uint64_t available_bytes, Errc expected, std::string_view part) {
    const auto checked = check_description(description, available_bytes);
    BOOST_TEST_REQUIRE(!checked, "accepted, but expected: " << part);
    BOOST_TEST((checked.error() == expected), checked.error().message());
    BOOST_TEST(checked.error().message().find(part) != std::string::npos, checked.error().message());
}

}  // namespace array_test

BOOST_AUTO_TEST_SUITE(array_test)

BOOST_AUTO_TEST_CASE(every_type_leads_back_to_its_number_and_has_the_size_of_its_name) {
    for (std::uint32_t number = 1; number <= dtypes; ++number) {
        const auto dtype = static_cast<Dtype>(number);
        const std::string name(name_of(dtype));
        BOOST_TEST((handoff::dtype_of(name).value() == dtype), name);
        const auto digit = name.find_first_of("0123456789");
        const std::size_t bytes = digit == name.npos ? 1 : std::stoul(name.substr(digit)) / 8;
        BOOST_TEST(bytes_per_element(dtype) == bytes, name);
        BOOST_TEST(kind_of(dtype) == (name == "bfloat16" ? 'f' : name.front()), name);
    }
    for (const std::uint32_t number : {0U, dtypes + 1, 255U}) {
        BOOST_TEST(name_of(static_cast<Dtype>(number)) == "unknown");
        BOOST_TEST(bytes_per_element(static_cast<Dtype>(number)) == 0U);
    }
    const auto unknown = handoff::dtype_of("complex64");
    BOOST_TEST_REQUIRE(!unknown);
    BOOST_TEST(unknown.error().message().find("float32, float64, bfloat16") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_types_of_cpp_are_those_of_their_size) {
    static_assert(handoff::dtype_of<bool>() == Dtype::type_bool && handoff::dtype_of<float>() == Dtype::float32);
    static_assert(handoff::dtype_of<double>() == Dtype::float64 && handoff::dtype_of<long long>() == Dtype::int64);
    static_assert(handoff::dtype_of<unsigned char>() == Dtype::uint8 && handoff::dtype_of<short>() == Dtype::int16);
    static_assert(handoff::dtype_of<std::uint32_t>() == Dtype::uint32 && handoff::dtype_of<int>() == Dtype::int32);
    static_assert(handoff::dtype_of<unsigned long long>() == Dtype::uint64);
    BOOST_TEST((Array::of<std::int8_t>({3}).value().dtype == Dtype::int8));
}

BOOST_AUTO_TEST_CASE(shapes_there_and_back) {
    const std::vector<std::uint32_t> shapes[]{
        {}, {0}, {1}, {7}, {0, 6}, {100, 6}, {2, 3, 480, 640}, {1, 2, 1, 2, 1, 2, 1, 2}, {max32, 0}};
    for (const auto& shape : shapes) {
        Array array = Array::of(Dtype::float16, shape).value();
        array.capture_time_ns = 42;
        BOOST_TEST((std::vector<std::uint32_t>(array.shape().begin(), array.shape().end()) == shape));
        std::uint64_t count = 1;
        for (const auto extent : shape) count *= extent;
        BOOST_TEST(array.byte_count() == 2 * count);
        const Image description = array.description();
        BOOST_TEST((description.is_array() && description.is_described() && !description.is_image()));
        BOOST_TEST(description.byte_count() == array.byte_count());
        BOOST_TEST(description.frame().empty());  // the extents are no text
        BOOST_TEST(check_description(description, array.byte_count()).has_value());
        BOOST_TEST((Array::from(description) == array));
    }
}

BOOST_AUTO_TEST_CASE(an_image_without_gaps_is_an_array_too) {
    Image image = Image::of(6, 4, Encoding::bgr16);
    image.capture_time_ns = 42;
    Array expected = Array::of<std::uint16_t>({4, 6, 3}).value();
    expected.capture_time_ns = 42;
    BOOST_TEST((Array::from(image) == expected));
    BOOST_TEST((Array::from(Image::of(6, 4, Encoding::type_32FC1)) == Array::of<float>({4, 6}).value()));
    BOOST_TEST((Array::from(Image::of(6, 4, Encoding::type_8SC2)) == Array::of<std::int8_t>({4, 6, 2}).value()));
    BOOST_TEST((Array::from(Image::of(6, 4, Encoding::bayer_rggb8)) == Array::of<std::uint8_t>({4, 6}).value()));
    image.step += 2;
    BOOST_TEST(!Array::from(image).is_array());
    BOOST_TEST(!Array::from(Image{}).is_array());
}

BOOST_AUTO_TEST_CASE(the_64_bytes_are_those_of_the_page) {
    const Image image = Array::of<float>({3, 258}).value().description();
    std::uint8_t bytes[64];
    std::memcpy(bytes, &image, sizeof bytes);
    std::uint8_t expected[64]{};
    expected[16] = 38;  // Encoding::array
    expected[20] = 11;  // float32
    expected[21] = 2;   // rank
    expected[32] = 3;
    expected[36] = 2;
    expected[37] = 1;
    BOOST_TEST(std::memcmp(bytes, expected, sizeof bytes) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_array_is_refused) {
    const Image good = Array::of<double>({4, 4}).value().description();
    BOOST_TEST(check_description(good, 128).has_value());
    check_refused(good, 127, Errc::too_large, "float64 (4, 4) has 128 bytes, but only 127");
    Image image = good;
    image.reserved = 14 | 2 << 8;
    check_refused(image, max64, Errc::invalid_argument, "type number 14");
    image.reserved = 11 | 9 << 8;
    check_refused(image, max64, Errc::invalid_argument, "9 dimensions");
    image.reserved = 11 | 1 << 8;
    check_refused(image, max64, Errc::invalid_argument, "behind its last dimension");
    image.reserved |= 1U << 16;
    check_refused(image, max64, Errc::invalid_argument, "newer version");
    image = good;
    image.width = 1;
    check_refused(image, max64, Errc::invalid_argument, "newer version");
    Array large = Array::of<std::uint8_t>({1, max32, max32}).value();
    large.extents[0] = 2;
    check_refused(large.description(), max64, Errc::invalid_argument, "64 bits");
    large.extents = {0, max32, max32, max32};
    large.rank = 4;  // as numpy: an extent of 0 does not make the others arbitrary
    check_refused(large.description(), max64, Errc::invalid_argument, "64 bits");
    BOOST_TEST(!Array::of(Dtype::int8, std::vector<std::uint32_t>(9, 1)));
    BOOST_TEST(!Array::of(Dtype{}, {}));
    BOOST_TEST(!handoff::check_image(good, max64));  // a picture is asked for
}

BOOST_AUTO_TEST_CASE(elements_are_those_of_the_type_in_the_bytes) {
    const Array array = Array::of<float>({2, 3}).value();
    alignas(8) std::byte bytes[32]{};
    const auto written = array.elements<float>(std::span<std::byte>(bytes)).value();
    BOOST_TEST(written.size() == 6U);
    written[5] = 1.5F;
    const std::span<const std::byte> seen(bytes);
    BOOST_TEST(array.elements<const float>(seen).value()[5] == 1.5F);
    BOOST_TEST((array.elements<const int>(seen).error() == Errc::invalid_argument));
    BOOST_TEST((array.elements<const float>(seen.first(23)).error() == Errc::too_large));
    BOOST_TEST((array.elements<const float>(seen.subspan(1)).error() == Errc::invalid_argument));
    BOOST_TEST((Array{}.elements<const float>(seen).error() == Errc::invalid_argument));
    BOOST_TEST(Array::of<float>({0, 3})->elements<const float>(seen.first(0)).value().empty());
    BOOST_TEST(Array::of<bool>({2})->elements<const std::uint8_t>(seen).value().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
