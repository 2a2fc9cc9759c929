// Who looks after the dead, of two who ask at once, the one stopped at every look at the word.
#include <boost/test/unit_test.hpp>

#include <cstdint>

#include "broadcast/actor.hpp"
#include "participants/look_schedule.hpp"
#include "sync/shared_word.hpp"

BOOST_AUTO_TEST_SUITE(look_steps_test)

using handoff::detail::participants::LookSchedule;
using handoff::detail::sync::SharedWord;
using handoff::test::Actor;

BOOST_AUTO_TEST_CASE(of_two_who_find_a_look_due_at_once_one_looks) {
    constexpr int most_stops = 20;  // more than one claim() has
    constexpr std::int64_t start = 1;
    const std::int64_t now = start + handoff::detail::sync::tick_ns;
    int interleavings = 0;
    for (int stops = 1; stops < most_stops; ++stops) {
        SharedWord looked(start);
        std::atomic<std::uint32_t> crowd{0};
        LookSchedule one(looked, crowd), other(looked, crowd);
        bool slow_looks = false;
        Actor slow([&] { slow_looks = one.claim(now); });
        if (!slow.pass(stops)) break;
        ++interleavings;
        const bool quick_looks = other.claim(now);
        slow.finish();
        BOOST_TEST(slow_looks != quick_looks, "both look, or nobody does");
    }
    BOOST_TEST(interleavings > 1);
}

BOOST_AUTO_TEST_SUITE_END()
