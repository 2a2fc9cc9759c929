// Changes to a name just before a process opens it, or between opening and locking: this executable's open() and
// fcntl() let it.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <handoff/inspect.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "platform/shm_file.hpp"
#include "segment/fixture.hpp"

namespace removal_race_test {

using namespace handoff::test;
using handoff::detail::segment::Segment;
using handoff::testing::UniqueName;

std::function<void()> before_the_next_lock;

/// Before each of the next calls of open() for a segment; an empty one lets it pass. False: the call is refused, as
/// where no descriptor is left. Where it is opened for its locks nothing may be done that opens or closes others.
std::deque<std::function<bool()>> before_opening;

bool may_open(std::string_view path) {
    if (before_opening.empty() || !path.starts_with(handoff::detail::segment::segment_path(""))) return true;
    const auto happens = std::move(before_opening.front());
    before_opening.pop_front();
    auto later = std::exchange(before_opening, {});  // not for what is opened meanwhile
    const bool may = !happens || happens();
    before_opening = std::move(later);
    return may;
}

/// Renames the segment `other` to `name`; the segment that had that name has none.
bool give_the_name_of(const UniqueName& name, const UniqueName& other) {
    using handoff::detail::segment::segment_path;
    return std::rename(segment_path(other).c_str(), segment_path(name).c_str()) == 0;
}

}  // namespace removal_race_test

/// The system call, after what a test wants to happen before it.
extern "C" int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    const mode_t mode = creates ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (removal_race_test::may_open(path)) return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
    errno = EMFILE;
    return -1;
}

/// The system call, after what a test wants to happen before it.
extern "C" int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void* argument = va_arg(arguments, void*);
    va_end(arguments);
    if (command == F_OFD_SETLK && removal_race_test::before_the_next_lock)
        std::exchange(removal_race_test::before_the_next_lock, nullptr)();
    return static_cast<int>(syscall(SYS_fcntl, fd, command, argument));
}

BOOST_AUTO_TEST_SUITE(removal_race_test)

BOOST_AUTO_TEST_CASE(whoever_locked_a_segment_that_was_removed_meanwhile_begins_again) {
    const UniqueName name;
    std::optional<Segment> last(Segment::open(request_for(name)));
    bool removed = false;
    before_the_next_lock = [&] {
        removed = leave(*last);
        last.reset();
    };
    Segment newcomer = Segment::open(request_for(name));
    BOOST_TEST_REQUIRE(removed);
    Segment next = Segment::open(attach_request(name));
    number_in(newcomer) = 42;
    BOOST_TEST(number_in(next) == 42u);
    BOOST_TEST(!leave(newcomer));
    BOOST_TEST(leave(next));
    BOOST_TEST(name.left_behind().empty());
}

/// The locks of one and the memory of the other would be a participant that no other sees.
BOOST_AUTO_TEST_CASE(whoever_opened_one_segment_does_not_lock_the_one_that_has_its_name_by_then) {
    const UniqueName name;
    const Segment first = Segment::open(request_for(name));
    number_in(first) = 1;
    // The second time it is opened for its locks.
    const auto replaced_by = [&](const UniqueName& other) {
        before_opening = {nullptr, [&] { return give_the_name_of(name, other); }};
    };
    const UniqueName other, another;
    const Segment second = Segment::open(request_for(other)), third = Segment::open(request_for(another));
    number_in(second) = 2;
    number_in(third) = 3;
    replaced_by(other);
    const Segment newcomer = Segment::open(attach_request(name));
    BOOST_TEST(before_opening.empty());
    BOOST_TEST(number_in(newcomer) == 2u);
    replaced_by(another);
    const Segment observer = Segment::observe(attach_request(name));
    BOOST_TEST(before_opening.empty());
    BOOST_TEST(number_in(observer) == 3u);
}

/// A search for a segment checks the file type first, and opens it then.
BOOST_AUTO_TEST_CASE(a_pipe_that_took_the_place_of_a_segment_just_before_it_was_opened_is_refused_without_waiting) {
    using handoff::detail::platform::Access;
    const UniqueName name;
    const std::string path = handoff::detail::segment::segment_path(name);
    handoff::testing::run_in_child([&](handoff::testing::Checkpoints&) {  // killed if it hangs
        for (const auto access : {Access::read_only, Access::read_write}) {
            handoff::detail::platform::remove_name(path);
            leave_a_corpse(name);
            before_opening = {[&] {
                handoff::detail::platform::remove_name(path);
                return mkfifo(path.c_str(), 0600) == 0;
            }};
            const auto failure = refusal_of([&] { (void)handoff::detail::platform::open_existing(path, access); });
            HANDOFF_TEST_CODE(failure, handoff::Errc::not_a_segment);
            check_message(failure, path, "named pipe");
        }
    });
}

/// Made, and then there is no descriptor for its locks.
BOOST_AUTO_TEST_CASE(a_creator_that_cannot_use_what_it_made_removes_it_unless_it_is_another_ones_by_then) {
    using handoff::detail::segment::OpenMode;
    const auto none_left = [] { return false; };
    const auto check_refused_for_want_of_a_descriptor = [](const UniqueName& name) {
        const auto failure = refusal_of([&] { Segment::open(request_for(name, OpenMode::create)); });
        HANDOFF_TEST_CODE(failure, handoff::Errc::system);
        BOOST_TEST(before_opening.empty());
    };
    {
        const UniqueName name;
        before_opening = {nullptr, nullptr, none_left};
        check_refused_for_want_of_a_descriptor(name);
        BOOST_TEST(name.left_behind().empty());
    }
    {
        const UniqueName name;
        std::optional<Segment> user;
        const auto somebody_comes = [&] { return user.emplace(Segment::open(attach_request(name))).base() != nullptr; };
        before_opening = {nullptr, somebody_comes, none_left};
        check_refused_for_want_of_a_descriptor(name);
        BOOST_TEST_REQUIRE(user.has_value());
        BOOST_TEST(!user->was_removed(), "the name of a segment in use was removed");
    }
    {
        const UniqueName name, other;
        leave_a_corpse(other);
        before_opening = {nullptr, nullptr, [&] { return !give_the_name_of(name, other); }};
        check_refused_for_want_of_a_descriptor(name);
        BOOST_TEST(other.left_behind().empty());
        BOOST_TEST(name.left_behind().size() == 1u, "another one's segment lost its name");
    }
}

/// The last user leaves and two others create the name anew, between the moment in which a removing process opens the
/// file and the moment in which it locks it.
BOOST_AUTO_TEST_CASE(what_was_made_anew_while_somebody_removed_it_stays) {
    using handoff::Errc;
    for (const bool in_use : {true, false}) {
        const UniqueName name;
        std::optional<Segment> last(Segment::open(request_for(name)));
        std::optional<Segment> one, two;
        before_the_next_lock = [&] {
            BOOST_TEST(leave(*last));
            last.reset();
            one.emplace(Segment::open(request_for(name)));
            two.emplace(Segment::open(request_for(name)));
            if (!in_use) one.reset(), two.reset();  // no participant is there
        };
        const auto removed = handoff::inspect::remove(name.str());
        BOOST_TEST(!before_the_next_lock);
        BOOST_TEST(removed.has_value() == !in_use);
        if (removed) continue;
        HANDOFF_TEST_CODE(removed.error(), Errc::mismatch);
        BOOST_TEST(!one->was_removed());
        BOOST_TEST(leave(*one) != leave(*two));  // the name is still theirs
        BOOST_TEST(name.left_behind().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
