// Segments that are large enough lie on large pages, from their creation or by whoever opens them with prefault.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <initializer_list>

#include "platform/large_pages.hpp"
#include "platform/on_large_pages.hpp"
#include "segment/fixture.hpp"

namespace large_segments_test {

using namespace handoff::test;
using handoff::detail::segment::OpenMode;
using handoff::detail::segment::OpenRequest;
using handoff::detail::segment::Segment;
using handoff::testing::UniqueName;

constexpr std::uint64_t mebi = 1 << 20;

/// Three slots of so many bytes.
OpenRequest request_of(const UniqueName& name, std::uint64_t payload_bytes, bool prefault = false) {
    OpenRequest request = request_for(name);
    request.blueprint = blueprint_of({4, 3, payload_bytes, 50, 7});
    request.prefault = prefault;
    return request;
}

void use(const Segment& segment) {
    std::memset(segment.base() + segment.geometry().slots_offset, 1, 3 * segment.geometry().slot_stride);
}

}  // namespace large_segments_test

BOOST_AUTO_TEST_SUITE(large_segments_test)

BOOST_AUTO_TEST_CASE(all_mappings_of_a_large_one_begin_on_a_boundary_of_large_pages) {
    const UniqueName name;
    Segment creator = Segment::open(request_of(name, 2 * mebi));
    creator.add_read_only_mapping(false);
    Segment attached = Segment::open(request_of(name, 2 * mebi, true));
    attached.add_read_only_mapping(true);
    const Segment observed = Segment::observe(request_of(name, 2 * mebi));
    for (const Segment* segment : std::initializer_list<const Segment*>{&creator, &attached, &observed}) {
        BOOST_TEST(is_on_large_boundary(segment->base()));
        BOOST_TEST(is_on_large_boundary(segment->read_only_base()));
    }
    BOOST_TEST(number_in(attached) == mark);
}

BOOST_AUTO_TEST_CASE(a_large_one_is_created_on_large_pages_and_keeps_its_length,
                     *boost::unit_test::precondition(needs_large_pages)) {
    const UniqueName name;
    Segment creator = Segment::open(request_of(name, 2 * mebi));
    const auto bytes = creator.geometry().segment_bytes;
    BOOST_TEST(bytes % large_page_bytes != 0U);
    const auto status = creator.file_status();
    BOOST_TEST(status.size_bytes == bytes);
    BOOST_TEST(status.reserved_bytes == (bytes + 4095) / 4096 * 4096);
    use(creator);
    BOOST_TEST(large_page_bytes_at(creator.base()) == whole_large_pages(bytes));
    creator.add_read_only_mapping(true);
    BOOST_TEST(large_page_bytes_at(creator.read_only_base()) == whole_large_pages(bytes));
    const Segment attached = Segment::open(request_of(name, 2 * mebi));
    BOOST_TEST(large_page_bytes_at(attached.base()) < whole_large_pages(bytes));  // what it has not looked at
    use(attached);
    BOOST_TEST(large_page_bytes_at(attached.base()) == whole_large_pages(bytes));
    BOOST_TEST(attached.file_status().size_bytes == bytes);
}

BOOST_AUTO_TEST_CASE(a_very_large_one_is_moved_only_if_its_creator_asks,
                     *boost::unit_test::precondition(needs_large_pages)) {
    constexpr std::uint64_t payload_bytes = 86 * mebi;  // 258 MiB in all
    for (const bool prefault : {false, true}) {
        const UniqueName name;
        const Segment creator = Segment::open(request_of(name, payload_bytes, prefault));
        const auto bytes = creator.geometry().segment_bytes;
        BOOST_TEST(bytes > 256 * mebi);
        BOOST_TEST(handoff::detail::platform::bytes_on_large_pages(creator.base(), bytes) ==
                   (prefault ? whole_large_pages(bytes) : 0U));
    }
}

BOOST_AUTO_TEST_CASE(a_small_one_has_no_large_pages) {
    const UniqueName name;
    const Segment creator = Segment::open(request_of(name, mebi, true));
    BOOST_TEST(creator.geometry().segment_bytes < 4 * mebi);
    use(creator);
    BOOST_TEST(large_page_bytes_at(creator.base()) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
