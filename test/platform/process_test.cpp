#include "platform/process.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "platform/descriptor.hpp"

BOOST_AUTO_TEST_SUITE(process_test)

namespace platform = handoff::detail::platform;
using handoff::testing::Checkpoints;
using handoff::testing::run_in_child;

BOOST_AUTO_TEST_CASE(this_process_knows_its_name_and_numbers) {
    const auto self = platform::this_process();
    BOOST_TEST(self.program == std::filesystem::read_symlink("/proc/self/exe").filename().string());
    BOOST_TEST(self.pid == static_cast<std::uint32_t>(getpid()));
    BOOST_TEST(self.uid == geteuid());
}

BOOST_AUTO_TEST_CASE(the_start_time_lies_between_boot_and_now_and_stays) {
    const auto start = platform::this_process().start_time;
    double uptime_s = 0;
    std::ifstream("/proc/uptime") >> uptime_s;
    const double start_s = static_cast<double>(start) / static_cast<double>(sysconf(_SC_CLK_TCK));
    BOOST_TEST(start > 0u);
    BOOST_TEST(start_s <= uptime_s + 1);
    BOOST_TEST(uptime_s - start_s < 3600);  // no test runs for an hour
    BOOST_TEST(platform::this_process().start_time == start);
}

BOOST_AUTO_TEST_CASE(a_program_with_parentheses_and_spaces_in_its_name_has_the_same_start_time) {
    const auto start = platform::this_process().start_time;
    run_in_child([&](Checkpoints&) {
        const auto own = platform::this_process().start_time;
        BOOST_TEST(own >= start);
        BOOST_TEST_REQUIRE(prctl(PR_SET_NAME, "a) S 1 (b c) ") == 0);
        BOOST_TEST(platform::this_process().start_time == own);
    });
}

BOOST_AUTO_TEST_CASE(a_child_has_another_pid_and_the_same_program) {
    const auto parent = platform::this_process();
    run_in_child([&](Checkpoints&) {
        const auto child = platform::this_process();
        BOOST_TEST(child.pid != parent.pid);
        BOOST_TEST(child.program == parent.program);
    });
}

BOOST_AUTO_TEST_CASE(every_fork_makes_a_new_generation_in_the_child_only) {
    platform::Descriptor file(open("/dev/null", O_RDONLY | O_CLOEXEC));
    platform::close_in_children(file.get());  // a process that never did this has no handle that could be inherited
    const auto generation = platform::fork_generation();
    run_in_child([&](Checkpoints&) {
        BOOST_TEST(platform::fork_generation() == generation + 1);
        run_in_child([&](Checkpoints&) { BOOST_TEST(platform::fork_generation() == generation + 2); });
        BOOST_TEST(platform::fork_generation() == generation + 1);
    });
    BOOST_TEST(platform::fork_generation() == generation);
    platform::close_everywhere(file);
}

BOOST_AUTO_TEST_CASE(a_descriptor_is_closed_in_children_until_it_is_closed_everywhere) {
    const auto open_null = [] { return platform::Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); };
    platform::Descriptor file = platform::open_and_close_in_children(open_null);
    const int number = file.get();
    const auto is_open = [&] { return fcntl(number, F_GETFD) != -1; };
    run_in_child([&](Checkpoints&) { BOOST_TEST(!is_open()); });
    BOOST_TEST(is_open());
    platform::close_everywhere(file);
    BOOST_TEST(!is_open());
    const platform::Descriptor another = open_null();
    BOOST_TEST_REQUIRE(another.get() == number);  // the number is free for files that children may have
    run_in_child([&](Checkpoints&) { BOOST_TEST(is_open()); });
}

BOOST_AUTO_TEST_CASE(nothing_is_opened_under_the_number_of_a_standard_stream) {
    run_in_child([](Checkpoints&) {
        for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) close(number);
        const platform::Descriptor moved = platform::above_stdio(open("/dev/null", O_RDONLY | O_CLOEXEC));
        BOOST_TEST(moved.get() > STDERR_FILENO);
        BOOST_TEST(fcntl(moved.get(), F_GETFD) == FD_CLOEXEC);
        BOOST_TEST(fcntl(STDIN_FILENO, F_GETFD) == -1);
        BOOST_TEST(!platform::above_stdio(-1));
    });
}

BOOST_AUTO_TEST_SUITE_END()
