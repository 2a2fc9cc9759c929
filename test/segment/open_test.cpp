// Finding, creating and attaching, alone and at once.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/asleep.hpp"
#include "platform/clock.hpp"
#include "platform/lock_file.hpp"
#include "platform/shared_anonymous.hpp"
#include "platform/shm_file.hpp"
#include "segment/fixture.hpp"

namespace open_test {

using namespace handoff::test;
using namespace std::chrono_literals;
using handoff::Deadline;
using handoff::Errc;
using handoff::detail::segment::OpenMode;
using handoff::detail::segment::Segment;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::run_in_child;
using handoff::testing::UniqueName;

/// Two sides that open the same name in the same moment, again and again.
struct Race {
    handoff::test::Barrier barrier;
    std::atomic<std::uint64_t> seen[2]{};
    std::atomic<int> created{0};
    std::atomic<int> refused{0};

    /// Both open; each sees what the other writes; both leave; nothing may be left.
    void attach_round(std::string_view name, std::size_t side, std::uint64_t round) {
        barrier.arrive_and_wait(2);
        Segment segment = Segment::open(request_for(name));
        barrier.arrive_and_wait(2);
        if (side == 0) number_in(segment) = round;
        barrier.arrive_and_wait(2);
        seen[side] = number_in(segment);
        barrier.arrive_and_wait(2);
        leave(segment);
        barrier.arrive_and_wait(2);
    }

    void create_round(std::string_view name) {
        std::optional<Segment> segment;
        barrier.arrive_and_wait(2);
        try {
            segment.emplace(Segment::open(request_for(name, OpenMode::create)));
            ++created;
        } catch (const handoff::Error& error) {
            if (error.failure() == Errc::already_exists) ++refused;
        }
        barrier.arrive_and_wait(2);
        if (segment) leave(*segment);
        barrier.arrive_and_wait(2);
    }
};

constexpr std::uint64_t race_rounds = 300;

/// "rw-s" of the mapping that begins at this address, from /proc/self/maps.
std::string rights_at(const void* base) {
    std::ostringstream begin;
    begin << std::hex << reinterpret_cast<std::uintptr_t>(base) << '-';
    std::ifstream maps("/proc/self/maps");
    for (std::string range, rights, rest; maps >> range >> rights && std::getline(maps, rest);)
        if (range.starts_with(begin.str())) return rights;
    return "not mapped";
}

}  // namespace open_test

BOOST_AUTO_TEST_SUITE(open_test)

BOOST_AUTO_TEST_CASE(a_bad_name_is_refused_before_anything_is_touched) {
    for (const char* name : {"", "a/b", "x.lock"})
        HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(request_for(name)); }), Errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(attaching_to_nothing_is_refused_and_makes_nothing) {
    const UniqueName name;
    const auto failure = refusal_of([&] { Segment::open(attach_request(name)); });
    HANDOFF_TEST_CODE(failure, Errc::no_such_segment);
    check_message(failure, name.str(), "Start the other side first");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(attaching_to_nothing_waits_until_the_deadline) {
    const UniqueName name;
    const Deadline deadline(50ms);
    HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(attach_request(name, deadline)); }), Errc::no_such_segment);
    BOOST_TEST(handoff::detail::platform::now_ns() >= deadline.at_ns());
}

BOOST_AUTO_TEST_CASE(creating_what_exists_is_refused) {
    const UniqueName name;
    const Segment first = Segment::open(request_for(name, OpenMode::create));
    const auto failure = refusal_of([&] { Segment::open(request_for(name, OpenMode::create)); });
    HANDOFF_TEST_CODE(failure, Errc::already_exists);
    check_message(failure, name.str(), "Attach to it, or choose another name");
    BOOST_TEST(number_in(first) == mark);
}

BOOST_AUTO_TEST_CASE(an_unknown_group_is_refused_and_leaves_nothing) {
    const UniqueName name;
    auto request = request_for(name);
    request.group = "no_such_group";
    HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(request); }), Errc::invalid_argument);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(other_users_are_refused_with_owner_and_mode) {
    const UniqueName name;
    const Segment mine = Segment::open(request_for(name));
    if (geteuid() != 0) {  // to the owner it is closed by its mode
        BOOST_TEST_REQUIRE(chmod(handoff::detail::segment::segment_path(name).c_str(), 0) == 0);
    }
    run_in_child([&](Checkpoints&) {
        if (geteuid() == 0) BOOST_TEST_REQUIRE(seteuid(65534) == 0);
        HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(request_for(name, OpenMode::create)); }),
                          Errc::already_exists);
        for (const OpenMode mode : {OpenMode::attach, OpenMode::create_or_attach}) {
            const auto failure = refusal_of([&] { Segment::open(request_for(name, mode)); });
            HANDOFF_TEST_CODE(failure, Errc::permission_denied);
            check_message(failure, name.str(), "owner uid ", "mode 0", "you are uid " + std::to_string(geteuid()));
        }
    });
}

BOOST_AUTO_TEST_CASE(what_was_created_is_whole_and_of_the_shape_asked_for) {
    const UniqueName name;
    const Segment segment = Segment::open(request_for(name));
    BOOST_TEST(segment.name() == name.str());
    BOOST_TEST(segment.geometry().slot_count == 3u);
    BOOST_TEST(segment.geometry().participant_count == 4u);
    BOOST_TEST(segment.geometry().payload_bytes == 1000u);
    BOOST_TEST(segment.geometry().reply_bytes == 50u);
    BOOST_TEST(segment.geometry().settings == 7u);
    BOOST_TEST(number_in(segment) == mark);
    BOOST_TEST(name.left_behind().size() == 1u);
}

BOOST_AUTO_TEST_CASE(mode_and_group_are_those_that_were_asked_for) {
    const UniqueName name;
    auto request = request_for(name);
    request.file_mode = 0640;
    const mode_t before = umask(0077);
    const Segment segment = Segment::open(request);
    umask(before);
    const auto file = handoff::detail::platform::open_existing(handoff::detail::segment::segment_path(name));
    BOOST_TEST(handoff::detail::platform::status_of(file.get()).mode == 0640u);
}

BOOST_AUTO_TEST_CASE(whoever_attaches_gets_the_shape_and_the_bytes_that_are_there) {
    const UniqueName name;
    const Segment first = Segment::open(request_for(name, OpenMode::create));
    number_in(first) = 42;
    auto other_shape = request_for(name);
    other_shape.blueprint = blueprint_of({9, 9, 9, 9, 9});
    const Segment second = Segment::open(other_shape);
    const Segment third = Segment::open(attach_request(name));
    for (const Segment* segment : {&second, &third}) {
        BOOST_TEST(segment->geometry().slot_count == 3u);
        BOOST_TEST(segment->geometry().payload_bytes == 1000u);
        BOOST_TEST(number_in(*segment) == 42u);
    }
}

BOOST_AUTO_TEST_CASE(a_reader_sees_the_bytes_and_can_neither_write_nor_remove_them) {
    const UniqueName name;
    auto request = attach_request(name);
    request.read_only = true;
    HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(request); }), Errc::no_such_segment);
    Segment writer = Segment::open(request_for(name));
    Segment reader = Segment::open(request);
    number_in(writer) = 45;
    BOOST_TEST(number_in(reader) == 45u);
    BOOST_TEST(rights_at(reader.base()) == "r--s");
    BOOST_TEST(rights_at(writer.base()) == "rw-s");
    BOOST_TEST(!leave(writer));
    BOOST_TEST(!leave(reader));
    BOOST_TEST(name.left_behind().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_segment_of_which_everybody_died_is_attached) {
    const UniqueName name;
    Child owner([&](Checkpoints& checkpoints) {
        const Segment segment = Segment::open(request_for(name));
        number_in(segment) = 43;
        checkpoints.stop_at("open");
    });
    owner.wait_for("open");
    owner.kill();
    Segment segment = Segment::open(attach_request(name));
    BOOST_TEST(number_in(segment) == 43u);
    BOOST_TEST(leave(segment));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(attaching_waits_for_a_segment_that_is_created_later) {
    const UniqueName name;
    Child waiter([&](Checkpoints& checkpoints) {
        checkpoints.reach("waiting");
        const Segment segment = Segment::open(attach_request(name, Deadline(handoff::testing::default_timeout)));
        checkpoints.report(std::to_string(number_in(segment)));
    });
    waiter.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(is_asleep(waiter.pid()));
    BOOST_TEST(name.left_behind().empty());
    const Segment segment = Segment::open(request_for(name, OpenMode::create));
    BOOST_TEST(waiter.next_line() == std::to_string(mark));
    waiter.wait();
}

BOOST_AUTO_TEST_CASE(two_threads_that_open_at_once_get_the_same_memory) {
    const UniqueName name;
    Race race;
    std::jthread other([&] {
        for (std::uint64_t round = 1; round <= race_rounds; ++round) race.attach_round(name, 1, round);
    });
    for (std::uint64_t round = 1; round <= race_rounds; ++round) {
        race.attach_round(name, 0, round);
        BOOST_TEST(race.seen[0] == round);
        BOOST_TEST(race.seen[1] == round);
        BOOST_TEST(name.left_behind().empty());
    }
}

BOOST_AUTO_TEST_CASE(two_processes_that_open_at_once_get_the_same_memory_and_leave_nothing) {
    const UniqueName name;
    SharedAnonymous<Race> race;
    Child other([&](Checkpoints&) {
        for (std::uint64_t round = 1; round <= race_rounds; ++round) race->attach_round(name, 1, round);
    });
    for (std::uint64_t round = 1; round <= race_rounds; ++round) {
        race->attach_round(name, 0, round);
        BOOST_TEST(race->seen[0] == round);
        BOOST_TEST(race->seen[1] == round);
        BOOST_TEST(name.left_behind().empty());
    }
    other.wait();
}

BOOST_AUTO_TEST_CASE(of_two_processes_that_create_at_once_one_is_refused) {
    const UniqueName name;
    SharedAnonymous<Race> race;
    Child other([&](Checkpoints&) {
        for (std::uint64_t round = 0; round < race_rounds; ++round) race->create_round(name);
    });
    for (std::uint64_t round = 0; round < race_rounds; ++round) race->create_round(name);
    other.wait();
    BOOST_TEST(race->created == static_cast<int>(race_rounds));
    BOOST_TEST(race->refused == static_cast<int>(race_rounds));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_neither_maps_nor_closes_nor_frees_anything_of_its_parents) {
    const UniqueName name;
    auto segment = std::make_unique<Segment>(Segment::open(request_for(name)));
    run_in_child([&](Checkpoints&) { segment.reset(); });
    BOOST_TEST(number_in(*segment) == mark);
    Segment second = Segment::open(attach_request(name));
    BOOST_TEST(!leave(second));  // the first is still in use
    BOOST_TEST(leave(*segment));
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_does_not_have_the_memory_of_its_parents_segment) {
    const UniqueName name;
    const Segment segment = Segment::open(request_for(name));
    unsigned char resident = 0;
    auto* base = segment.base();
    BOOST_TEST(mincore(base, 1, &resident) == 0);
    run_in_child([&](Checkpoints&) { BOOST_TEST(mincore(base, 1, &resident) == -1); });
}

BOOST_AUTO_TEST_SUITE_END()
