#include "platform/lock_file.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include "platform/refusal.hpp"
#include "platform/scratch_path.hpp"
#include "platform/shm_file.hpp"

namespace lock_file_test {

using handoff::Errc;
using handoff::detail::platform::Descriptor;
using handoff::detail::platform::LockFile;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

struct LockedFile {
    LockedFile() {
        BOOST_TEST_REQUIRE(
            handoff::detail::platform::publish(handoff::detail::platform::create_unlinked(0, 0600, ""), path));
    }
    LockFile open() const { return LockFile(handoff::detail::platform::open_existing(path)); }

    handoff::test::ScratchPath path;
};

}  // namespace lock_file_test

BOOST_FIXTURE_TEST_SUITE(lock_file_test, LockedFile)

BOOST_AUTO_TEST_CASE(a_byte_held_exclusively_is_refused_to_everybody_else) {
    LockFile mine = open();
    LockFile other = open();
    BOOST_TEST(mine.try_exclusive(3));
    BOOST_TEST(!other.try_exclusive(3));
    BOOST_TEST(!other.try_shared(3));
    BOOST_TEST(other.try_exclusive(2));
    BOOST_TEST(other.try_exclusive(4));
}

BOOST_AUTO_TEST_CASE(a_shared_byte_is_refused_to_those_who_want_it_alone) {
    LockFile mine = open();
    LockFile other = open();
    BOOST_TEST(mine.try_shared(0));
    BOOST_TEST(other.try_shared(0));
    BOOST_TEST(!mine.try_exclusive(0));
    other.unlock(0);
    BOOST_TEST(mine.try_exclusive(0));
    BOOST_TEST(!other.try_shared(0));
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_cannot_be_locked_is_an_error_and_nobody_is_declared_dead) {
    LockFile read_only(Descriptor(::open(path.str().c_str(), O_RDONLY | O_CLOEXEC)));
    const auto failure = handoff::test::refusal_of([&] { (void)read_only.try_exclusive(0); });
    HANDOFF_TEST_CODE(failure, Errc::system);
    handoff::test::check_message(failure, "locking", "Bad file descriptor");
    BOOST_TEST(LockFile().is_held_by_another(0));
}

BOOST_AUTO_TEST_CASE(unlocking_and_closing_free_the_byte) {
    LockFile other = open();
    {
        LockFile mine = open();
        BOOST_TEST(mine.try_exclusive(1));
        BOOST_TEST(mine.try_exclusive(2));
        mine.unlock(1);
        BOOST_TEST(other.try_exclusive(1));
        BOOST_TEST(!other.try_exclusive(2));
    }
    BOOST_TEST(other.try_exclusive(2));
}

BOOST_AUTO_TEST_CASE(a_lock_moves_with_its_file) {
    LockFile other = open();
    LockFile mine = open();
    BOOST_TEST(mine.try_exclusive(1));
    LockFile moved = std::move(mine);
    BOOST_TEST(!other.try_exclusive(1));
    moved = LockFile();
    BOOST_TEST(other.try_exclusive(1));
}

BOOST_AUTO_TEST_CASE(holding_is_seen_by_others_only) {
    LockFile mine = open();
    LockFile other = open();
    BOOST_TEST(!other.is_held_by_another(5));
    BOOST_TEST(mine.try_exclusive(5));
    BOOST_TEST(other.is_held_by_another(5));
    BOOST_TEST(!mine.is_held_by_another(5));
    BOOST_TEST(!other.is_held_by_another(4));
    mine.unlock(5);
    BOOST_TEST(!other.is_held_by_another(5));
    BOOST_TEST(mine.try_shared(5));
    BOOST_TEST(other.is_held_by_another(5));
}

BOOST_AUTO_TEST_CASE(a_killed_holder_loses_the_byte_and_a_stopped_one_keeps_it) {
    LockFile mine = open();
    Child holder([&](Checkpoints& checkpoints) {
        LockFile theirs = open();
        BOOST_TEST(theirs.try_exclusive(7));
        checkpoints.stop_at("held");
    });
    holder.wait_for("held");
    BOOST_TEST(!mine.try_exclusive(7));
    holder.stop();
    BOOST_TEST(mine.is_held_by_another(7));
    BOOST_TEST(!mine.try_exclusive(7));
    holder.kill();
    BOOST_TEST(!mine.is_held_by_another(7));
    BOOST_TEST(mine.try_exclusive(7));
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_does_not_keep_its_parents_lock) {
    LockFile mine = open();
    LockFile other = open();
    BOOST_TEST(mine.try_exclusive(1));
    Child child([](Checkpoints& checkpoints) { checkpoints.stop_at("alive"); });
    child.wait_for("alive");
    mine = LockFile();
    BOOST_TEST(other.try_exclusive(1));
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_does_not_release_its_parents_lock) {
    LockFile mine = open();
    LockFile other = open();
    BOOST_TEST(mine.try_exclusive(1));
    handoff::testing::run_in_child([](Checkpoints&) {});
    BOOST_TEST(!other.try_exclusive(1));
    handoff::testing::run_in_child([&](Checkpoints&) { mine = LockFile(); });
    BOOST_TEST(!other.try_exclusive(1));
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_closes_no_file_that_got_the_number_of_an_inherited_one) {
    LockFile mine = open();
    handoff::testing::run_in_child([&](Checkpoints&) {
        const int number = mine.descriptor();
        BOOST_TEST_REQUIRE(fcntl(number, F_GETFD) == -1, "the inherited descriptor is still open");
        BOOST_TEST_REQUIRE(fcntl(STDERR_FILENO, F_DUPFD, number) == number);
        mine = LockFile();
        BOOST_TEST(fcntl(number, F_GETFD) != -1);
    });
}

BOOST_AUTO_TEST_CASE(no_program_that_is_started_inherits_the_lock) {
    BOOST_TEST((fcntl(open().descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_SUITE_END()
