#include <handoff/image.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(encoding_test)

using handoff::Encoding;

BOOST_AUTO_TEST_CASE(an_unknown_name_is_refused_with_the_names_that_are_known) {
    for (const char* name : {"", "bgr9", "BGR8", " bgr8", "CV_", "CV_bgr8", "CV_CV_8UC3", "8UC5", "unknown"}) {
        const auto encoding = handoff::encoding_of(name);
        BOOST_TEST_REQUIRE(!encoding, name << " was accepted");
        BOOST_TEST((encoding.error() == handoff::Errc::invalid_argument));
        const std::string sentence = encoding.error().message();
        BOOST_TEST(sentence.find("'" + std::string(name) + "'") != std::string::npos, sentence);
        for (const char* known : {"bgr8", "mono8", "16UC1", "bayer_grbg8", "gray", "bgr24", "8UC3"})
            BOOST_TEST(sentence.find(known) != std::string::npos, known << " is not offered in: " << sentence);
    }
}

BOOST_AUTO_TEST_CASE(an_endless_name_makes_no_endless_sentence) {
    const auto encoding = handoff::encoding_of(std::string(1 << 20, 'x'));
    BOOST_TEST_REQUIRE(!encoding);
    BOOST_TEST(encoding.error().message().size() < 2000u);
}

BOOST_AUTO_TEST_CASE(an_unknown_number_has_no_name_and_no_size) {
    for (const std::uint32_t number : {39u, 40u, 1000u, 0x80000000u, UINT32_MAX}) {
        const auto encoding = static_cast<Encoding>(number);
        BOOST_TEST(handoff::name_of(encoding) == "unknown");
        BOOST_TEST(handoff::bytes_per_pixel(encoding) == 0u);
        BOOST_TEST(handoff::bytes_per_channel(encoding) == 0u);
    }
}

BOOST_AUTO_TEST_CASE(none_is_not_an_image) {
    BOOST_TEST(handoff::name_of(Encoding::none) == "none");
    BOOST_TEST(handoff::bytes_per_pixel(Encoding::none) == 0u);
}

BOOST_AUTO_TEST_CASE(every_name_leads_back_to_its_number) {
    std::set<std::string_view> names;
    for (std::uint32_t number = 0; number <= 38; ++number) {
        const auto encoding = static_cast<Encoding>(number);
        const auto name = handoff::name_of(encoding);
        BOOST_TEST(names.insert(name).second, name << " stands for two encodings");
        BOOST_TEST((handoff::encoding_of(name).value() == encoding), name);
    }
}

BOOST_AUTO_TEST_CASE(the_names_of_opencv_and_ffmpeg_are_understood) {
    const std::pair<const char*, Encoding> expected[] = {
        {"8UC1", Encoding::mono8},          {"CV_8UC1", Encoding::mono8},       {"8UC3", Encoding::bgr8},
        {"CV_8UC3", Encoding::bgr8},        {"CV_8UC4", Encoding::bgra8},       {"CV_8UC2", Encoding::type_8UC2},
        {"16UC1", Encoding::type_16UC1},    {"CV_16UC1", Encoding::type_16UC1}, {"CV_32FC3", Encoding::type_32FC3},
        {"CV_64FC4", Encoding::type_64FC4}, {"gray", Encoding::mono8},          {"gray16le", Encoding::mono16},
        {"bgr24", Encoding::bgr8},          {"rgb24", Encoding::rgb8},          {"bgra", Encoding::bgra8},
        {"rgba", Encoding::rgba8},          {"bgr48le", Encoding::bgr16},       {"rgb48le", Encoding::rgb16},
    };
    for (const auto& [name, encoding] : expected) BOOST_TEST((handoff::encoding_of(name).value() == encoding), name);
}

BOOST_AUTO_TEST_CASE(pixel_sizes_are_those_of_the_names) {
    const std::pair<Encoding, std::size_t> expected[] = {
        {Encoding::mono8, 1},       {Encoding::mono16, 2},      {Encoding::bgr8, 3},        {Encoding::rgb8, 3},
        {Encoding::bgra8, 4},       {Encoding::rgba8, 4},       {Encoding::bgr16, 6},       {Encoding::rgb16, 6},
        {Encoding::bayer_rggb8, 1}, {Encoding::bayer_bggr8, 1}, {Encoding::bayer_gbrg8, 1}, {Encoding::bayer_grbg8, 1},
    };
    for (const auto& [encoding, bytes] : expected)
        BOOST_TEST(handoff::bytes_per_pixel(encoding) == bytes, handoff::name_of(encoding));
}

// The name "16SC3" contains its 16 bits and 3 channels.
BOOST_AUTO_TEST_CASE(opencv_names_agree_with_their_sizes) {
    int seen = 0;
    for (std::uint32_t number = 0; number <= 38; ++number) {
        const auto encoding = static_cast<Encoding>(number);
        const std::string name(handoff::name_of(encoding));
        if (name.front() < '0' || name.front() > '9') continue;
        ++seen;
        const std::size_t bytes = std::stoul(name) / 8;
        BOOST_TEST(handoff::bytes_per_channel(encoding) == bytes, name);
        BOOST_TEST(handoff::bytes_per_pixel(encoding) == bytes * static_cast<std::size_t>(name.back() - '0'), name);
    }
    BOOST_TEST(seen == 25);
}

BOOST_AUTO_TEST_SUITE_END()
