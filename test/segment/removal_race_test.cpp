// Removals that happen just between opening a segment and locking it: this executable's fcntl() lets it.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <handoff/inspect.hpp>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cstdarg>
#include <functional>
#include <optional>
#include <utility>

#include "segment/fixture.hpp"

using namespace handoff::test;
using handoff::segment::Segment;
using handoff::testing::UniqueName;

namespace {

std::function<void()> before_the_next_lock;

}  // namespace

/// The system call, after what a test wants to happen before it.
extern "C" int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void* argument = va_arg(arguments, void*);
    va_end(arguments);
    if (command == F_OFD_SETLK && before_the_next_lock) std::exchange(before_the_next_lock, nullptr)();
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

/// The last user leaves and two others create the name anew, between the moment in which somebody who removes opens the
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
            if (!in_use) one.reset(), two.reset();  // without a word: nobody is there
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
