// The last one out removes the files, and only the last one.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>

#include "platform/shared_anonymous.hpp"
#include "platform/shm_file.hpp"
#include "segment/fixture.hpp"

BOOST_AUTO_TEST_SUITE(leave_test)

using namespace handoff::test;
using handoff::Errc;
using handoff::detail::segment::OpenMode;
using handoff::detail::segment::Segment;
using handoff::detail::segment::segment_path;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::UniqueName;

BOOST_AUTO_TEST_CASE(whoever_is_not_the_last_removes_nothing) {
    const UniqueName name;
    Segment first = Segment::open(request_for(name));
    Segment second = Segment::open(request_for(name));
    BOOST_TEST(!leave(first));
    BOOST_TEST(name.left_behind().size() == 1u);
    BOOST_TEST(leave(second));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(whoever_has_left_is_in_nobodys_way_although_it_is_still_mapped) {
    const UniqueName name;
    Segment first = Segment::open(request_for(name));
    Segment second = Segment::open(request_for(name));
    Segment third = Segment::open(request_for(name));
    BOOST_TEST(!leave(first));
    BOOST_TEST(!leave(second));
    BOOST_TEST(leave(third));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(what_is_still_needed_is_not_removed) {
    const UniqueName name;
    Segment first = Segment::open(request_for(name));
    BOOST_TEST(!first.leave([] { return false; }));
    BOOST_TEST(name.left_behind().size() == 1u);
    const Segment second = Segment::open(attach_request(name));  // and it can be attached at once
    BOOST_TEST(number_in(second) == mark);
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_whether_it_is_needed_while_somebody_uses_it) {
    const UniqueName name;
    Segment first = Segment::open(request_for(name));
    const Segment second = Segment::open(request_for(name));
    bool asked = false;
    BOOST_TEST(!first.leave([&] { return asked = true; }));
    BOOST_TEST(!asked);
}

BOOST_AUTO_TEST_CASE(a_stopped_user_keeps_the_segment_and_a_killed_one_does_not) {
    const UniqueName name;
    Segment mine = Segment::open(request_for(name));
    Child other([&](Checkpoints& checkpoints) {
        const Segment theirs = Segment::open(attach_request(name));
        checkpoints.stop_at("open");
    });
    other.wait_for("open");
    other.stop();
    BOOST_TEST(!leave(mine));
    Segment again = Segment::open(attach_request(name));
    other.kill();
    BOOST_TEST(leave(again));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_removed_segment_says_so_to_whoever_still_looks_at_it) {
    const UniqueName name;
    Segment segment = Segment::open(request_for(name));
    const auto* header = reinterpret_cast<const handoff::detail::segment::SegmentHeader*>(segment.base());
    BOOST_TEST(header->state.load() == static_cast<std::uint32_t>(handoff::detail::segment::SegmentState::ready));
    BOOST_TEST(leave(segment));
    BOOST_TEST(header->state.load() == static_cast<std::uint32_t>(handoff::detail::segment::SegmentState::retired));
}

BOOST_AUTO_TEST_CASE(a_successor_of_the_same_name_is_not_removed_by_its_predecessor) {
    const UniqueName name;
    Segment old = Segment::open(request_for(name));
    handoff::detail::platform::remove_name(segment_path(name));
    const Segment successor = Segment::open(request_for(name, OpenMode::create));
    BOOST_TEST(!leave(old));
    BOOST_TEST(name.left_behind().size() == 1u);
}

BOOST_AUTO_TEST_CASE(whoever_comes_after_the_name_was_removed_shares_nothing_with_those_who_came_before) {
    const UniqueName name;
    Segment old = Segment::open(request_for(name));
    constexpr std::uint64_t life_byte = 1;
    BOOST_TEST_REQUIRE(old.locks().try_exclusive(life_byte));
    BOOST_TEST(!old.was_removed());
    handoff::detail::platform::remove_name(segment_path(name));
    BOOST_TEST(old.was_removed());
    HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(attach_request(name)); }), Errc::no_such_segment);
    Segment anew = Segment::open(request_for(name));
    BOOST_TEST(!anew.was_removed());
    BOOST_TEST(anew.locks().try_exclusive(life_byte), "somebody of the old segment looks alive in the new one");
    BOOST_TEST(old.header().instance != anew.header().instance);
    number_in(anew) = 42;
    BOOST_TEST(number_in(old) == mark);
    BOOST_TEST(!leave(old));
    BOOST_TEST(leave(anew));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(two_processes_that_leave_at_once_leave_nothing) {
    constexpr int rounds = 500;
    const UniqueName name;
    SharedAnonymous<Barrier> barrier;
    SharedAnonymous<std::atomic<int>> removed;
    const auto round = [&] {
        Segment segment = Segment::open(request_for(name));
        barrier->arrive_and_wait(2);
        if (leave(segment)) ++*removed;
        barrier->arrive_and_wait(2);
    };
    Child other([&](Checkpoints&) {
        for (int i = 0; i < rounds; ++i) {
            round();
            barrier->arrive_and_wait(2);
        }
    });
    for (int i = 1; i <= rounds; ++i) {
        round();
        BOOST_TEST(*removed == i);
        BOOST_TEST(name.left_behind().empty());
        barrier->arrive_and_wait(2);
    }
    other.wait();
}

BOOST_AUTO_TEST_CASE(coming_and_going_never_meets_a_half_removed_segment) {
    constexpr int rounds = 2000;
    const UniqueName name;
    const auto come_and_go = [&] {
        for (int i = 0; i < rounds; ++i) {
            Segment segment = Segment::open(request_for(name));
            BOOST_TEST_REQUIRE(number_in(segment) == mark);
            leave(segment);
        }
    };
    Child first([&](Checkpoints&) { come_and_go(); });
    Child second([&](Checkpoints&) { come_and_go(); });
    come_and_go();
    first.wait();
    second.wait();
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
