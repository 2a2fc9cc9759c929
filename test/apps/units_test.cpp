#include "cli/units.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(units)

using namespace handoff::apps;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(what_is_not_a_size_is_refused_with_a_sentence) {
    for (const char* text :
         {"", "M", "-1", "+1", " 1", "1 M", "64MM", "64mi", "1e3", "0x10", "1.5", "nan", "inf", "99999T"}) {
        const auto size = parse_size(text);
        BOOST_TEST_CONTEXT(text) {
            BOOST_REQUIRE(!size);
            BOOST_TEST(size.error().message().find("'" + std::string(text) + "'") == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(sizes_are_powers_of_1000_or_of_1024) {
    BOOST_TEST(parse_size("0").value() == 0U);
    BOOST_TEST(parse_size("4096").value() == 4096U);
    BOOST_TEST(parse_size("64k").value() == 64'000U);
    BOOST_TEST(parse_size("64Ki").value() == 65'536U);
    BOOST_TEST(parse_size("64M").value() == 64'000'000U);
    BOOST_TEST(parse_size("64Mi").value() == 67'108'864U);
    BOOST_TEST(parse_size("2G").value() == 2'000'000'000U);
    BOOST_TEST(parse_size("2Gi").value() == 2'147'483'648U);
    BOOST_TEST(parse_size("1.5Mi").value() == 1'572'864U);
}

BOOST_AUTO_TEST_CASE(a_duration_needs_a_unit) {
    for (const char* text : {"", "5", "s", "-5s", "5 s", "5sec", "5m", "1000000h", "nans"}) BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!parse_duration(text));
        }
    BOOST_TEST((parse_duration("250ms").value() == 250ms));
    BOOST_TEST((parse_duration("5s").value() == 5s));
    BOOST_TEST((parse_duration("1.5s").value() == 1500ms));
    BOOST_TEST((parse_duration("2min").value() == 2min));
    BOOST_TEST((parse_duration("1h").value() == 1h));
    BOOST_TEST((parse_duration("0s").value() == 0s));
}

BOOST_AUTO_TEST_CASE(a_picture_has_two_sides) {
    for (const char* text :
         {"", "1920", "1920x", "x1080", "0x10", "10x0", "-1x5", "40000x10", "10x10x10", "10 x 10", "99999999999x1"})
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!parse_picture_size(text));
        }
    BOOST_TEST((parse_picture_size("1920x1080").value() == PictureSize{1920, 1080}));
    BOOST_TEST((PictureSize{32'768, 32'768}.bgr_bytes() == 3'221'225'472U));
}

BOOST_AUTO_TEST_CASE(words_for_people) {
    BOOST_TEST(format_bytes(812) == "812 bytes");
    BOOST_TEST(format_bytes(6'220'800) == "6.2 MB");
    BOOST_TEST(format_duration(850ns) == "850 ns");
    BOOST_TEST(format_duration(12'400ns) == "12.4 us");
    BOOST_TEST(format_duration(3100us) == "3.1 ms");
    BOOST_TEST(format_duration(5s) == "5 s");
    BOOST_TEST(counted(1, "frame") == "1 frame");
    BOOST_TEST(counted(0, "frame") == "0 frames");
    BOOST_TEST(fixed(2.5, 3) == "2.500");
}

BOOST_AUTO_TEST_SUITE_END()
