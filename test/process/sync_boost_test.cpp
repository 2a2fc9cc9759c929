// On a segment with Sync::boost its processes sleep on Boost's pairs: the pairs' bytes show it.
#include <fstream>

#include "fixture.hpp"
#include "platform/asleep.hpp"
#include "queue/queue_layout.hpp"
#include "segment/name.hpp"
#include "segment/segment_layout.hpp"
#include "sync/boost_condition.hpp"

namespace sync_boost {

using namespace handoff;
using namespace handoff::test;

/// What lies before the slots: the pairs.
std::string pairs_of(const std::string& name, std::size_t count) {
    std::ifstream file(detail::segment::segment_path(name), std::ios::binary);
    detail::segment::SegmentHeader header;
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    constexpr std::size_t line = detail::segment::cache_line_bytes;
    std::string bytes((count * sizeof(detail::sync::BoostCondition) + line - 1) / line * line, '\0');
    file.seekg(static_cast<std::streamoff>(header.slots_offset - bytes.size()));
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    BOOST_TEST_REQUIRE(file.good());
    return bytes;
}

}  // namespace sync_boost

BOOST_AUTO_TEST_SUITE(sync_boost)

BOOST_FIXTURE_TEST_CASE(a_receiver_sleeps_on_the_pair_and_not_on_the_word, Channel) {
    shape.sync = Sync::boost;
    Sender sending = sender();
    const std::size_t count = detail::queue::first_pair_of_answered + *shape.participants;
    const std::string before = pairs_of(name.str(), count);
    Child receiving([&](Checkpoints&) {
        Receiver receiver(name, {.wait = WaitPolicy::sleep});
        serve_one(receiver);
    });
    HANDOFF_REQUIRE_EVENTUALLY(sending.state().receivers == 1 && is_asleep(receiving.pid()));
    HANDOFF_CHECK_EVENTUALLY(pairs_of(name.str(), count) != before);
    BOOST_TEST(sending.request(message(sending, 1), soon).has_value());
    receiving.wait();
}

BOOST_AUTO_TEST_SUITE_END()
