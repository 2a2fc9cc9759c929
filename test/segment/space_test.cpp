// More memory than there is: checked before it is allocated, reported with both numbers, and nothing is left behind.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstring>
#include <string>

#include <sched.h>
#include <sys/mount.h>

#include "platform/memory_limits.hpp"
#include "segment/fixture.hpp"

namespace space_test {

using namespace handoff::test;
using handoff::Errc;
using handoff::detail::segment::OpenMode;
using handoff::detail::segment::Segment;
using handoff::testing::Checkpoints;
using handoff::testing::UniqueName;

handoff::detail::segment::OpenRequest request_of(std::string_view name, std::uint64_t payload_bytes) {
    auto request = request_for(name, OpenMode::create);
    request.blueprint = blueprint_of({1, 1, payload_bytes, 0, 0});
    return request;
}

/// Gives this process a /dev/shm of its own with 1 MiB. Says why not, or "".
std::string mount_a_small_dev_shm() {
    const auto failed = [](const char* what) { return std::string(what) + ": " + std::strerror(errno); };
    if (unshare(CLONE_NEWNS) != 0) return failed("unshare");
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return failed("making mounts private");
    if (mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m") != 0) return failed("mounting a tmpfs");
    return "";
}

void check_refusal_for_space(const UniqueName& name, std::uint64_t payload_bytes) {
    const auto failure = refusal_of([&] { Segment::open(request_of(name, payload_bytes)); });
    HANDOFF_TEST_CODE(failure, Errc::no_space);
    handoff::detail::segment::Geometry geometry;
    BOOST_TEST_REQUIRE(lay_out(request_of(name, payload_bytes).blueprint, geometry));
    const bool can_be_mapped = geometry.segment_bytes <= PTRDIFF_MAX;  // what programs of 32 bits cannot
    check_message(failure, "needs " + std::to_string(geometry.segment_bytes) + " bytes",
                  can_be_mapped ? "has only" : "can map at most", can_be_mapped ? "left" : "of 64 bits", "fewer slots");
    BOOST_TEST(name.left_behind().empty(), "a refused creation left files behind");
}

}  // namespace space_test

BOOST_AUTO_TEST_SUITE(space_test)

BOOST_AUTO_TEST_CASE(a_petabyte_is_refused_before_anything_is_taken) {
    const UniqueName name;
    check_refusal_for_space(name, std::uint64_t{1} << 50);
}

BOOST_AUTO_TEST_CASE(more_than_can_be_counted_is_refused_as_invalid) {
    for (const std::uint64_t payload : {UINT64_MAX, UINT64_MAX - 200, std::uint64_t{1} << 63}) {
        const UniqueName name;
        const auto failure = refusal_of([&] { Segment::open(request_of(name, payload)); });
        HANDOFF_TEST_CODE(failure, Errc::invalid_argument);
        check_message(failure, "larger than any memory");
        BOOST_TEST(name.left_behind().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_creation_refused_for_space_spares_what_others_create) {
    const UniqueName name;
    handoff::testing::Child other([&](Checkpoints& checkpoints) {
        auto request = request_for(name);
        request.initialise = [&](std::byte*, const handoff::detail::segment::Geometry&) {
            checkpoints.stop_at("half-way");
        };
        const Segment segment = Segment::open(request);
        checkpoints.stop_at("created");
    });
    other.wait_for("half-way");
    HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(request_of(name, std::uint64_t{1} << 50)); }), Errc::no_space);
    BOOST_TEST(name.left_behind().empty());
    other.go_on();
    other.wait_for("created");
    const Segment segment = Segment::open(attach_request(name));
    other.go_on();
    other.wait();
}

BOOST_AUTO_TEST_CASE(a_small_dev_shm_is_refused_with_needed_and_free_bytes) {
    handoff::testing::Child child([](Checkpoints& checkpoints) {
        const std::string obstacle = mount_a_small_dev_shm();
        checkpoints.report(obstacle);
        if (!obstacle.empty()) return;
        const UniqueName name;
        const auto failure = refusal_of([&] { Segment::open(request_of(name, 8 << 20)); });
        HANDOFF_TEST_CODE(failure, Errc::no_space);
        check_message(failure, "(8 MiB)", "/dev/shm has only 1048576 bytes (1 MiB) left", "--shm-size");
        BOOST_TEST(name.left_behind().empty());
        Segment small = Segment::open(request_of(name, 512 << 10));
        check_message(refusal_of([&] { Segment::open(request_of(name.str() + "2", 600 << 10)); }), "/dev/shm has only");
        BOOST_TEST(leave(small));
    });
    const std::string obstacle = child.next_line();
    child.wait();
    if (obstacle.empty()) return;
    BOOST_TEST_MESSAGE("no /dev/shm of its own for this test (" << obstacle << "): the sentence alone is checked");
    const std::string sentence = handoff::detail::platform::capacity_error(8 << 20, {1 << 20}, "/dev/shm");
    for (const char* words : {"8388608 bytes (8 MiB)", "/dev/shm has only 1048576 bytes (1 MiB) left", "--shm-size"})
        BOOST_TEST(sentence.find(words) != std::string::npos, sentence);
}

BOOST_AUTO_TEST_SUITE_END()
