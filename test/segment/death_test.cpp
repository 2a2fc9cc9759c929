// Killed half-way through creating or removing: the next one is not troubled.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

#include "platform/lock_file.hpp"
#include "platform/shm_file.hpp"
#include "segment/fixture.hpp"

namespace death_test {

using namespace handoff::test;
using handoff::Errc;
using handoff::detail::platform::name_exists;
using handoff::detail::segment::OpenMode;
using handoff::detail::segment::Segment;
using handoff::detail::segment::segment_path;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::UniqueName;

/// A creator that was killed while it filled the segment.
void kill_a_creator(const UniqueName& name) {
    Child creator([&](Checkpoints& checkpoints) {
        auto request = request_for(name, OpenMode::create);
        request.initialise = [&](std::byte*, const handoff::detail::segment::Geometry&) {
            checkpoints.stop_at("half-way");
        };
        Segment::open(request);
    });
    creator.wait_for("half-way");
    BOOST_TEST(!name_exists(segment_path(name)), "a half-made segment is visible");
    creator.kill();
}

void check_usable(const UniqueName& name, OpenMode mode) {
    Segment segment = Segment::open(request_for(name, mode));
    BOOST_TEST(number_in(segment) == mark);
    BOOST_TEST(leave(segment));
    BOOST_TEST(name.left_behind().empty());
}

}  // namespace death_test

BOOST_AUTO_TEST_SUITE(death_test)

BOOST_AUTO_TEST_CASE(a_draft_has_no_name_until_it_is_published) {
    const UniqueName name;
    const handoff::detail::segment::Draft draft(request_for(name));
    BOOST_TEST(name.left_behind().empty());
    BOOST_TEST(draft.publish(segment_path(name)));
    BOOST_TEST(name_exists(segment_path(name)));
    BOOST_TEST(!handoff::detail::segment::Draft(request_for(name)).publish(segment_path(name)));
}

BOOST_AUTO_TEST_CASE(a_killed_draft_leaves_nothing) {
    const UniqueName name;
    Child drafter([&](Checkpoints& checkpoints) {
        const handoff::detail::segment::Draft draft(request_for(name));
        checkpoints.stop_at("drafted");
    });
    drafter.wait_for("drafted");
    drafter.kill();
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(after_a_killed_creator_there_is_nothing_to_attach_to) {
    const UniqueName name;
    kill_a_creator(name);
    HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(attach_request(name)); }), Errc::no_such_segment);
}

BOOST_AUTO_TEST_CASE(after_a_killed_creator_the_next_one_creates_and_removes_everything) {
    for (const OpenMode mode : {OpenMode::create, OpenMode::create_or_attach}) {
        const UniqueName name;
        kill_a_creator(name);
        check_usable(name, mode);
    }
}

BOOST_AUTO_TEST_CASE(while_one_creator_is_stopped_half_way_another_one_creates) {
    const UniqueName name;
    Child slow([&](Checkpoints& checkpoints) {
        auto request = request_for(name);
        request.initialise = [&](std::byte*, const handoff::detail::segment::Geometry&) {
            checkpoints.stop_at("half-way");
        };
        const Segment segment = Segment::open(request);
        BOOST_TEST(number_in(segment) == 44u);
        checkpoints.reach("attached");
    });
    slow.wait_for("half-way");
    const Segment segment = Segment::open(request_for(name, OpenMode::create));
    number_in(segment) = 44;
    slow.go_on();
    slow.wait_for("attached");
    slow.wait();
}

BOOST_AUTO_TEST_CASE(a_lock_file_of_an_older_layout_is_in_nobodys_way) {
    const UniqueName name;
    const std::string old = handoff::detail::segment::old_lock_path(name);
    BOOST_TEST_REQUIRE(
        handoff::detail::platform::publish(handoff::detail::platform::create_unlinked(0, 0600, ""), old));
    HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(attach_request(name)); }), Errc::no_such_segment);
    Segment segment = Segment::open(request_for(name, OpenMode::create));
    BOOST_TEST(leave(segment));
    BOOST_TEST(!name_exists(segment_path(name)));
}

BOOST_AUTO_TEST_CASE(whoever_opens_while_a_remover_is_at_work_waits_for_it) {
    const UniqueName name;
    leave_a_corpse(name);
    handoff::detail::platform::LockFile remover(handoff::detail::platform::open_existing(segment_path(name)));
    BOOST_TEST_REQUIRE(remover.try_exclusive(handoff::detail::segment::in_use_byte));
    Child opener([&](Checkpoints& checkpoints) {
        checkpoints.reach("opening");
        Segment segment = Segment::open(request_for(name));
        checkpoints.report(std::to_string(number_in(segment)));
        BOOST_TEST(leave(segment));
    });
    opener.wait_for("opening");
    handoff::detail::platform::remove_name(segment_path(name));
    remover = handoff::detail::platform::LockFile();
    BOOST_TEST(opener.next_line() == std::to_string(mark));
    opener.wait();
    BOOST_TEST(name.left_behind().empty());
}

// Takes the 5 s that the library gives a remover.
BOOST_AUTO_TEST_CASE(a_stopped_remover_is_waited_for_5_s_counted_from_when_it_got_in_the_way) {
    const auto remover_of = [](const UniqueName& name) {
        handoff::detail::platform::LockFile remover(handoff::detail::platform::open_existing(segment_path(name)));
        BOOST_TEST_REQUIRE(remover.try_exclusive(handoff::detail::segment::in_use_byte));
        return remover;
    };
    const UniqueName late;
    Child patient([&](Checkpoints& checkpoints) {
        checkpoints.reach("waiting");
        const Segment segment = Segment::open(attach_request(late, handoff::Deadline(std::chrono::minutes(1))));
        checkpoints.report(std::to_string(number_in(segment)));
    });
    patient.wait_for("waiting");

    const UniqueName blocked;
    leave_a_corpse(blocked);
    const auto stopped = remover_of(blocked);
    const auto failure = refusal_of([&] { Segment::open(attach_request(blocked)); });
    HANDOFF_TEST_CODE(failure, Errc::timed_out);
    check_message(failure, segment_path(blocked), "5 s", "stopped");

    // It has its name only once a process holds it.
    const UniqueName hidden;
    leave_a_corpse(hidden);
    auto brief = remover_of(hidden);
    std::filesystem::rename(segment_path(hidden), segment_path(late));
    BOOST_TEST(!patient.ends_within(std::chrono::milliseconds(100)),
               "it gave up although nobody stood in its way for long");
    brief = handoff::detail::platform::LockFile();
    BOOST_TEST(patient.next_line() == std::to_string(mark));
    patient.wait();
}

BOOST_AUTO_TEST_SUITE_END()
