#include "platform/memory_limits.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

#include <sys/statvfs.h>
#include <unistd.h>

namespace memory_limits_test {

using handoff::detail::platform::capacity_error;
using handoff::detail::platform::memory_limits;
using handoff::detail::platform::MemoryLimits;

constexpr std::uint64_t plenty = UINT64_MAX;
constexpr std::uint64_t mebi = 1024 * 1024;

void check_message(const std::string& sentence, std::initializer_list<const char*> words) {
    for (const char* word : words)
        BOOST_TEST(sentence.find(word) != std::string::npos, "'" << word << "' is not said in: " << sentence);
}

}  // namespace memory_limits_test

BOOST_AUTO_TEST_SUITE(memory_limits_test)

BOOST_AUTO_TEST_CASE(a_small_file_system_is_named_with_both_numbers_and_what_to_do) {
    const MemoryLimits limits{64 * mebi, plenty, plenty};
    check_message(capacity_error(64 * mebi + 1, limits, "/dev/shm"),
                  {"needs 67108865 bytes (64 MiB)", "/dev/shm has only 67108864 bytes (64 MiB) left", "fewer slots",
                   "smaller payload", "mount -o remount,size=", "docker run --shm-size="});
}

BOOST_AUTO_TEST_CASE(a_small_cgroup_is_named_with_both_numbers_and_what_to_do) {
    const MemoryLimits limits{plenty, plenty, 1000};
    check_message(capacity_error(1001, limits, "/dev/shm"),
                  {"needs 1001 bytes", "cgroup (memory.max) has only 1000 bytes left", "fewer slots",
                   "raise the container's memory limit"});
}

BOOST_AUTO_TEST_CASE(a_small_machine_is_named_with_both_numbers_and_what_to_do) {
    const MemoryLimits limits{plenty, 1000, plenty};
    check_message(capacity_error(1001, limits, "/dev/shm"),
                  {"needs 1001 bytes", "this machine's memory has only 1000 bytes left", "fewer slots"});
}

BOOST_AUTO_TEST_CASE(what_a_program_of_32_bits_cannot_address_is_said_before_what_is_free) {
    MemoryLimits limits{plenty, 1000, plenty};
    limits.mapping_bytes = (1U << 31) - 1;
    const std::string sentence = capacity_error(std::uint64_t{5} << 30, limits, "/dev/shm");
    check_message(sentence, {"needs 5368709120 bytes (5120 MiB)", "bits can map at most 2147483647 bytes",
                             "fewer slots", "programs of 64 bits"});
    BOOST_TEST(sentence.find("left") == std::string::npos, "a limit of this process, not of the machine: " << sentence);
}

BOOST_AUTO_TEST_CASE(nothing_left_is_nothing_left) {
    BOOST_TEST(capacity_error(1, {0, plenty, plenty}, "/dev/shm") != "");
    BOOST_TEST(capacity_error(1, {plenty, 0, plenty}, "/dev/shm") != "");
    BOOST_TEST(capacity_error(1, {plenty, plenty, 0}, "/dev/shm") != "");
}

BOOST_AUTO_TEST_CASE(what_fits_exactly_fits) {
    BOOST_TEST(capacity_error(1000, {1000, 1000, 1000}, "/dev/shm") == "");
    BOOST_TEST(capacity_error(handoff::detail::platform::MemoryLimits{}.mapping_bytes, {}, "/dev/shm") == "");
}

BOOST_AUTO_TEST_CASE(the_limits_are_those_of_this_machine) {
    struct statvfs status {};
    BOOST_TEST_REQUIRE(statvfs("/dev/shm", &status) == 0);
    const auto limits = memory_limits("/dev/shm");
    BOOST_TEST(limits.tmpfs_free_bytes <= std::uint64_t{status.f_blocks} * status.f_frsize);
    const auto ram =
        static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    BOOST_TEST(limits.ram_available_bytes > mebi);
    BOOST_TEST(limits.ram_available_bytes <= ram);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_asked_sets_no_limit) {
    BOOST_TEST(memory_limits("/no/such/folder").tmpfs_free_bytes == plenty);
}

BOOST_AUTO_TEST_SUITE_END()
