// How much of a segment lies on large pages, seen from outside.
#include "platform/large_pages.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "fixture.hpp"
#include "platform/on_large_pages.hpp"
#include "platform/shm_file.hpp"

namespace observed_pages_test {

using namespace handoff;
using namespace handoff::test;

ChannelShape frames() {
    return {.slot_count = 4, .payload_bytes = 2 << 20, .participants = 8};
}

std::uint64_t memory_of(const UniqueName& name) {
    return detail::platform::status_of_name(detail::segment::segment_path(name))->reserved_bytes;
}

}  // namespace observed_pages_test

BOOST_AUTO_TEST_SUITE(observed_pages_test)

BOOST_AUTO_TEST_CASE(every_kind_of_large_segment_is_on_large_pages_but_for_its_end,
                     *boost::unit_test::precondition(needs_large_pages)) {
    BOOST_TEST(inspect::large_pages().can_move);
    const UniqueName channel, topic, latest;
    const Sender sender(channel, frames());
    const Publisher publisher(topic, {.history = 4, .payload_bytes = 2 << 20, .participants = 8});
    const LatestBytes value(latest, {.capacity_bytes = 3 << 20});
    for (const UniqueName* name : {&channel, &topic, &latest}) {
        const Observer observer(name->str());
        BOOST_TEST(observer.large_page_bytes() == whole_large_pages(observer.report().segment_bytes));
        BOOST_TEST(observer.large_page_bytes() >= 6U << 20);
    }
}

BOOST_AUTO_TEST_CASE(small_segments_have_none) {
    const UniqueName name;
    const Sender sender(name, small_channel());
    BOOST_TEST(Observer(name.str()).large_page_bytes() == 0U);
}

// Such a file is nobody's segment that means well, but who looks at it gives it no memory.
BOOST_AUTO_TEST_CASE(a_segment_with_a_hole_is_not_looked_at) {
    const UniqueName name;
    const Sender sender(name, frames());
    const int file = open(detail::segment::segment_path(name).c_str(), O_RDWR | O_CLOEXEC);
    constexpr off_t mebi = 1 << 20;
    BOOST_TEST_REQUIRE(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4 * mebi, 2 * mebi) == 0);
    close(file);
    const Observer observer(name.str());
    const std::uint64_t memory = memory_of(name);
    BOOST_TEST(observer.large_page_bytes() == 0U);
    BOOST_TEST(memory_of(name) == memory);
}

BOOST_AUTO_TEST_SUITE_END()
