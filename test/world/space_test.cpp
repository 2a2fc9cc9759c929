// No room: in the file system, in the address space, under a limit. An error with a sentence, and nothing is left.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "platform/memory_limits.hpp"
#include "platform/shm_file.hpp"
#include "world.hpp"

namespace space_test {

using namespace handoff;
using namespace handoff::test;
namespace filesystem = std::filesystem;

bool seems_empty = false;       // returned by statvfs() for every file system
unsigned pages_per_signal = 0;  // 0: posix_fallocate() is the C library's
unsigned pages_reserved = 0;
unsigned signals = 0;

std::uint64_t used_in_dev_shm() {
    struct statvfs status {};
    BOOST_TEST_REQUIRE(statvfs("/dev/shm", &status) == 0);
    return (status.f_blocks - status.f_bfree) * status.f_frsize;
}

std::size_t files_in_dev_shm() {
    return static_cast<std::size_t>(
        std::distance(filesystem::directory_iterator("/dev/shm"), filesystem::directory_iterator()));
}

ChannelShape one_slot(std::size_t payload_bytes) {
    return {.slot_count = 1, .payload_bytes = payload_bytes, .reply_bytes = 100, .participants = 2};
}

/// Creating that is refused, leaves nothing, and afterwards something smaller works.
Failure refused_and_clean(std::size_t payload_bytes) {
    const std::uint64_t used = used_in_dev_shm();
    const Failure failure = refusal_of([&] { Sender("refused", one_slot(payload_bytes)); });
    BOOST_TEST(files_in_dev_shm() == 0U, "something was left behind");
    BOOST_TEST(used_in_dev_shm() == used, "memory was left behind");
    return failure;
}

void check_small_works() {
    Line line;
    Sender sender = line.sender();
    Receiver receiver = line.receiver();
    check_works(sender, receiver);
}

}  // namespace space_test

/// The C library's, unless a test makes a file system seem empty: full only a moment later.
extern "C" int statvfs(const char* path, struct statvfs* status) noexcept {
    static const auto original = reinterpret_cast<decltype(&statvfs)>(dlsym(RTLD_NEXT, "statvfs"));
    const int outcome = original(path, status);
    if (space_test::seems_empty) status->f_bavail = UINT64_MAX / 2 / status->f_frsize;
    return outcome;
}

/// The C library's, unless a test wants an older kernel and a timer that ticks after every so many pages.
extern "C" int posix_fallocate(int file, off_t offset, off_t bytes) {
    static const auto original = reinterpret_cast<decltype(&posix_fallocate)>(dlsym(RTLD_NEXT, "posix_fallocate"));
    if (space_test::pages_per_signal == 0) return original(file, offset, bytes);
    constexpr off_t page_bytes = 4096;
    for (off_t done = 0; done < bytes; done += page_bytes) {
        if (++space_test::pages_reserved % space_test::pages_per_signal == 0) {
            ++space_test::signals;
            fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, done + page_bytes);
            return EINTR;
        }
        if (const int error = original(file, offset + done, std::min(page_bytes, bytes - done)); error != 0)
            return error;
    }
    return 0;
}

BOOST_AUTO_TEST_SUITE(space_test)

BOOST_AUTO_TEST_CASE(a_full_dev_shm_refuses_and_keeps_nothing, *boost::unit_test::precondition(needs_own_mounts)) {
    run_in_child([](Checkpoints&) {
        unshare_mounts();
        mount_tmpfs("/dev/shm", "size=1m");
        const Failure failure = refused_and_clean(2 << 20);
        HANDOFF_TEST_CODE(failure, Errc::no_space);
        check_message(failure, "/dev/shm has only 1048576 bytes (1 MiB) left", "fewer slots", "--shm-size");
        check_small_works();
    });
}

BOOST_AUTO_TEST_CASE(a_dev_shm_that_is_full_just_a_moment_later_refuses_and_keeps_nothing,
                     *boost::unit_test::precondition(needs_own_mounts)) {
    run_in_child([](Checkpoints&) {
        unshare_mounts();
        mount_tmpfs("/dev/shm", "size=4m");
        seems_empty = true;
        for (const std::size_t bytes : {std::size_t{4} << 20, std::size_t{16} << 20}) {
            const Failure failure = refused_and_clean(bytes);
            HANDOFF_TEST_CODE(failure, Errc::no_space);
            check_message(failure, "reserving", "/dev/shm", "No space left on device");
        }
        check_small_works();
    });
}

BOOST_AUTO_TEST_CASE(two_who_both_see_room_for_one_get_one_segment_and_one_error,
                     *boost::unit_test::precondition(needs_own_mounts)) {
    run_in_child([](Checkpoints&) {
        unshare_mounts();
        mount_tmpfs("/dev/shm", "size=4m");
        for (int round = 0; round < 20; ++round) {
            const auto create = [](const char* name) {
                return [name](Checkpoints& checkpoints) {
                    try {
                        Sender sender(name, one_slot(3 << 20));
                        Loan loan = sender.loan(soon).value();
                        fill(loan.payload(), 1);  // a page that is not there would be SIGBUS
                        checkpoints.report("created");
                        checkpoints.stop_at("done");
                    } catch (const Error& error) {
                        HANDOFF_TEST_CODE(error.failure(), Errc::no_space);
                        checkpoints.report("refused");
                        checkpoints.stop_at("done");
                    }
                };
            };
            Child one(create("one")), two(create("two"));
            const std::string first = one.next_line(), second = two.next_line();
            BOOST_TEST((first == "created" || second == "created" || (first == "refused" && second == "refused")));
            BOOST_TEST(!(first == "created" && second == "created"));
            one.wait_for("done");
            two.wait_for("done");
            one.go_on();
            two.go_on();
            one.wait();
            two.wait();
            BOOST_TEST(files_in_dev_shm() == 0U);
        }
    });
}

BOOST_AUTO_TEST_CASE(a_dev_shm_without_inodes_refuses_and_keeps_nothing,
                     *boost::unit_test::precondition(needs_own_mounts)) {
    run_in_child([&](Checkpoints&) {
        unshare_mounts();
        mount_tmpfs("/dev/shm", "size=4m,nr_inodes=1");  // the root's
        const Failure failure = refused_and_clean(1000);
        HANDOFF_TEST_CODE(failure, Errc::no_space);
        check_message(failure, "making a file in /dev/shm", "No space left on device");
    });
}

BOOST_AUTO_TEST_CASE(a_dev_shm_that_is_not_there_or_not_writable_is_said_so,
                     *boost::unit_test::precondition(needs_own_mounts)) {
    run_in_child([](Checkpoints&) {
        unshare_mounts();
        mount_tmpfs("/dev/shm", "size=4m,ro");
        check_message(refusal_of([] { Sender("refused", one_slot(1000)); }), "/dev/shm", "Read-only file system");
        mount_tmpfs("/dev", "size=1m");
        check_message(refusal_of([] { Sender("refused", one_slot(1000)); }), "Is /dev/shm mounted?");
        HANDOFF_TEST_CODE(refusal_of([] { Receiver("refused"); }), Errc::no_such_segment);
    });
}

BOOST_AUTO_TEST_CASE(a_hidden_proc_is_said_so_and_keeps_nobody_from_attaching,
                     *boost::unit_test::precondition(needs_own_mounts)) {
    run_in_child([](Checkpoints&) {
        unshare_mounts();
        mount_tmpfs("/dev/shm", "size=4m");
        const Sender before("before", one_slot(1000));
        mount_tmpfs("/proc", "size=1m");
        check_message(refusal_of([] { Sender("refused", one_slot(1000)); }), "Is /proc mounted?");
        BOOST_TEST(files_in_dev_shm() == 1U);
        const Receiver attached("before");
        BOOST_TEST(before.state().receivers == 1U);
    });
}

// ---- limits of the process ------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_address_space_that_is_too_small_refuses_the_creator_and_whoever_attaches, Line) {
    constexpr std::size_t large = 24 << 20;
    const auto leave_address_space = [](std::uint64_t bytes) {
        std::uint64_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        limit(RLIMIT_AS, pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) + bytes);
    };
    const auto check = [](const Failure& failure) {
        HANDOFF_TEST_CODE(failure, Errc::no_space);
        check_message(failure, "mapping", "bytes of shared memory failed", "ulimit -v");
    };
    run_in_child([&](Checkpoints&) {
        leave_address_space(large / 2);
        check(refusal_of([&] { Sender(name, one_slot(large)); }));
        BOOST_TEST(name.left_behind().empty());
    });
    Sender sender(name, one_slot(large));
    run_in_child([&](Checkpoints&) {
        leave_address_space(large / 2);
        check(refusal_of([&] { Receiver receiver(name); }));
    });
    Receiver receiver(name);  // the refused call left no trace
    BOOST_TEST(sender.state().receivers == 1U);
    check_works(sender, receiver);
}

BOOST_FIXTURE_TEST_CASE(a_limit_on_the_size_of_files_is_an_error_and_no_signal, Line) {
    run_in_child([&](Checkpoints&) {
        limit(RLIMIT_FSIZE, 100'000);
        const Failure failure = refusal_of([&] { Sender(name, one_slot(1 << 20)); });
        HANDOFF_TEST_CODE(failure, Errc::no_space);
        check_message(failure, "no file larger than 100000", "ulimit -f");
        BOOST_TEST(name.left_behind().empty());
        Sender sender = this->sender();  // what is small enough is not refused
        Receiver receiver = this->receiver();
        check_works(sender, receiver);
    });
}

BOOST_FIXTURE_TEST_CASE(a_timer_that_ticks_while_memory_is_reserved_does_not_keep_the_creator_for_ever, Line) {
    run_in_child([&](Checkpoints&) {
        pages_per_signal = 1'000;
        const Sender sender(name, one_slot(32 << 20));
        BOOST_TEST(signals > 3U, "the reservation was not interrupted: nothing was shown");
    });
}

// ---- limits of the container ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_tightest_memory_limit_on_the_way_to_the_root_counts_and_caches_do_not,
                     *boost::unit_test::precondition(needs_own_mounts)) {
    constexpr std::uint64_t mebi = 1 << 20;
    const auto group = [](const std::string& folder, const char* limit_file, const std::string& limit,
                          const char* used_file, std::uint64_t used, const std::string& stat) {
        filesystem::create_directories(folder);
        std::ofstream(folder + limit_file) << limit << '\n';
        std::ofstream(folder + used_file) << used << '\n';
        std::ofstream(folder + "/memory.stat") << "anon 1\n" << stat << '\n';
    };
    run_in_child([&](Checkpoints&) {
        unshare_mounts();
        mount_tmpfs("/dev/shm", "size=64m");
        mount_tmpfs("/sys/fs/cgroup", "size=1m");
        const auto version_2 = [&](const char* folder, const std::string& limit, std::uint64_t used,
                                   std::uint64_t cached) {
            group(std::string("/sys/fs/cgroup") + folder, "/memory.max", limit, "/memory.current", used,
                  "inactive_file " + std::to_string(cached));
        };
        version_2("/outer", std::to_string(40 * mebi), 39 * mebi, 29 * mebi);
        version_2("/outer/inner", "max", 5 * mebi, 0);
        pretend_cgroups("0::/outer/inner\n");
        BOOST_TEST(detail::platform::memory_limits("/dev/shm").cgroup_available_bytes == 30 * mebi);
        const Failure failure = refused_and_clean(32 * mebi);
        HANDOFF_TEST_CODE(failure, Errc::no_space);
        check_message(failure, "memory limit of this cgroup", "has only 31457280 bytes (30 MiB) left", "container");
        check_small_works();
        version_2("/outer/inner", std::to_string(6 * mebi), 5 * mebi, 0);
        BOOST_TEST(detail::platform::memory_limits("/dev/shm").cgroup_available_bytes == 1 * mebi);

        group("/sys/fs/cgroup/memory/box", "/memory.limit_in_bytes", std::to_string(10 * mebi),
              "/memory.usage_in_bytes", 9 * mebi, "total_inactive_file " + std::to_string(2 * mebi));
        std::ofstream("/proc/self/cgroup") << ("5:cpu:/\n4:hugetlb,memory:/box\n0::/\n");
        BOOST_TEST(detail::platform::memory_limits("/dev/shm").cgroup_available_bytes == 3 * mebi);
    });
}

BOOST_AUTO_TEST_SUITE_END()
