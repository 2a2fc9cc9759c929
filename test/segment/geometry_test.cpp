#include "segment/geometry.hpp"
#include "segment/packed.hpp"
#include "slot/slots_layout.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <set>

namespace geometry_test {

using handoff::detail::segment::Blueprint;
using handoff::detail::segment::cache_line_bytes;
using handoff::detail::segment::Geometry;
using handoff::detail::segment::lay_out;

Blueprint blueprint(std::uint32_t slots, std::uint64_t payload, std::uint64_t reply) {
    Blueprint made;
    made.participant_count = 5;
    made.participant_bytes = 192;
    made.control_bytes = 1000;
    made.slot_count = slots;
    made.slot_header_bytes = 320;
    made.payload_bytes = payload;
    made.reply_bytes = reply;
    made.settings = 77;
    return made;
}

}  // namespace geometry_test

BOOST_AUTO_TEST_SUITE(geometry_test)

BOOST_AUTO_TEST_CASE(whatever_leaves_63_bits_is_refused) {
    const std::function<void(Blueprint&)> exaggerations[] = {
        [](Blueprint& b) { b.payload_bytes = UINT64_MAX; },
        [](Blueprint& b) { b.payload_bytes = UINT64_MAX - 62; },  // only aligning it overflows
        [](Blueprint& b) { b.payload_bytes = INT64_MAX; },
        [](Blueprint& b) { b.payload_bytes = UINT64_MAX / 8; },  // eight of them wrap to something small
        [](Blueprint& b) { b.reply_bytes = UINT64_MAX; },
        [](Blueprint& b) { b.reply_bytes = UINT64_MAX - 1000; },  // wraps when it is added to the payload
        [](Blueprint& b) { b.slot_header_bytes = UINT64_MAX - 10; },
        [](Blueprint& b) { b.control_bytes = UINT64_MAX - 10; },
        [](Blueprint& b) { b.participant_bytes = UINT64_MAX / 4; },
        [](Blueprint& b) {
            b.slot_count = UINT32_MAX;
            b.payload_bytes = std::uint64_t{1} << 32;
        },
    };
    int number = 0;
    for (const auto& exaggerate : exaggerations) {
        Blueprint huge = blueprint(8, 1000, 100);
        exaggerate(huge);
        Geometry geometry;
        BOOST_TEST(!lay_out(huge, geometry), "exaggeration " << number << " was laid out");
        ++number;
    }
}

BOOST_AUTO_TEST_CASE(the_largest_that_63_bits_can_address_is_laid_out) {
    Geometry geometry;
    BOOST_TEST(lay_out(blueprint(1, (std::uint64_t{1} << 62), 0), geometry));
    BOOST_TEST(geometry.segment_bytes > std::uint64_t{1} << 62);
}

BOOST_AUTO_TEST_CASE(nothing_overlaps_and_everything_begins_on_a_cache_line) {
    for (const std::uint32_t slots : {1U, 2U, 7U, 65'535U})
        for (const std::uint64_t payload : {1U, 63U, 64U, 65U, 1'000'000U})
            for (const std::uint64_t reply : {0U, 1U, 64U, 4095U}) {
                const Blueprint asked = blueprint(slots, payload, reply);
                Geometry made;
                BOOST_TEST_REQUIRE(lay_out(asked, made));
                BOOST_TEST(made.participants_offset >= sizeof(handoff::detail::segment::SegmentHeader));
                BOOST_TEST(made.control_offset >=
                           made.participants_offset + asked.participant_count * asked.participant_bytes);
                BOOST_TEST(made.slots_offset >= made.control_offset + asked.control_bytes);
                BOOST_TEST(made.segment_bytes == made.slots_offset + slots * made.slot_stride);
                BOOST_TEST(made.reply_offset >= payload);
                BOOST_TEST(made.slot_stride >= asked.slot_header_bytes + made.reply_offset + reply);
                for (const std::uint64_t offset : {made.participants_offset, made.control_offset, made.slots_offset,
                                                   made.slot_stride, made.reply_offset})
                    BOOST_TEST(offset % cache_line_bytes == 0u);
            }
}

BOOST_AUTO_TEST_CASE(counts_sizes_and_settings_are_taken_over) {
    Geometry made;
    BOOST_TEST_REQUIRE(lay_out(blueprint(9, 1234, 56), made));
    BOOST_TEST(made.participant_count == 5u);
    BOOST_TEST(made.slot_count == 9u);
    BOOST_TEST(made.payload_bytes == 1234u);
    BOOST_TEST(made.reply_bytes == 56u);
    BOOST_TEST(made.settings == 77u);
}

BOOST_AUTO_TEST_CASE(no_memory_is_wasted_on_more_than_alignment) {
    Geometry made;
    BOOST_TEST_REQUIRE(lay_out(blueprint(8, 64, 64), made));
    BOOST_TEST(made.reply_offset == 64u);
    BOOST_TEST(made.slot_stride == 320u + 64u + 64u);
}

BOOST_AUTO_TEST_CASE(a_fingerprint_tells_other_numbers_and_another_order_apart) {
    using handoff::detail::segment::fingerprint_of;
    const std::set<std::uint64_t> prints = {
        fingerprint_of({}),     fingerprint_of({0}),   fingerprint_of({0, 0}),       fingerprint_of({1, 2}),
        fingerprint_of({2, 1}), fingerprint_of({256}), fingerprint_of({1ULL << 56}), fingerprint_of({3, 0})};
    BOOST_TEST(prints.size() == 8u);
    BOOST_TEST(fingerprint_of({1, 2}) == fingerprint_of({1, 2}));
}

// On a machine of 32 bits, too, where shifting a std::size_t by 32 and more loses it.
BOOST_AUTO_TEST_CASE(sizes_and_offsets_all_stay_in_the_number_they_are_packed_into) {
    const std::size_t size = 0x1234;
    static_assert(handoff::detail::segment::packed({size, 2, 3, 4}) == 0x1234'0002'0003'0004);
    static_assert(handoff::detail::segment::packed({size, 2}) == 0x1234'0002);
    BOOST_TEST(handoff::detail::slot::layout_code() >> 48 == sizeof(handoff::detail::slot::SharedData));
}

BOOST_AUTO_TEST_SUITE_END()
