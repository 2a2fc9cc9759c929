// A kernel that moves nothing to large pages, an address space without room for the detour, a memory limit: everything
// works as before, on small pages.
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <handoff/inspect.hpp>

#include "platform/on_large_pages.hpp"
#include "world/world.hpp"

namespace no_large_pages_test {

using namespace handoff;
using namespace handoff::test;

constexpr int collapse = 25;  // MADV_COLLAPSE
constexpr std::size_t mebi = 1 << 20;

int refusal = 0;  // the error of each; 0: the kernel decides
unsigned asked = 0;

ChannelShape frames() {
    return {.slot_count = 4, .payload_bytes = 2 * mebi, .participants = 8};
}

/// A channel of so many bytes has its memory, works, and says where it lies.
void check_frames_work(const UniqueName& name, std::uint64_t on_large_pages) {
    Sender sender(name, frames(), {.prefault = true});
    Receiver receiver(name, {.prefault = true, .protect_payloads = true});
    for (int round = 0; round < 8; ++round) {
        send(sender, static_cast<std::uint64_t>(round));
        Request request = receiver.receive(soon).value();
        BOOST_TEST(is_whole(request.payload()));
        request.processed().value();
    }
    const inspect::Observer observer(name.str());
    BOOST_TEST(observer.large_page_bytes() == on_large_pages);
    BOOST_TEST(observer.report().segment_bytes > 8 * mebi);
}

}  // namespace no_large_pages_test

/// The C library's, unless a test wants a kernel that refuses.
extern "C" int madvise(void* address, std::size_t bytes, int advice) noexcept {
    static const auto original = reinterpret_cast<decltype(&madvise)>(dlsym(RTLD_NEXT, "madvise"));
    using namespace no_large_pages_test;
    if (advice != collapse) return original(address, bytes, advice);
    ++asked;
    if (refusal == 0) return original(address, bytes, advice);
    errno = refusal;
    return -1;
}

BOOST_AUTO_TEST_SUITE(no_large_pages_test)

BOOST_AUTO_TEST_CASE(a_kernel_that_refuses_is_not_mentioned) {
    for (const int error : {EINVAL, ENOMEM, EAGAIN, EBUSY, EPERM})
        run_in_child([&](Checkpoints&) {
            refusal = error;
            const UniqueName name;
            check_frames_work(name, 0);
            BOOST_TEST(asked > 0U);
        });
}

BOOST_AUTO_TEST_CASE(small_segments_are_not_asked_for) {
    run_in_child([](Checkpoints&) {
        const UniqueName name;
        const ChannelShape small{.slot_count = 3, .payload_bytes = mebi};
        Sender sender(name, small, {.prefault = true});
        const Receiver receiver(name, {.prefault = true});
        send(sender, 1);
        BOOST_TEST(asked == 0U);
        BOOST_TEST(inspect::Observer(name.str()).large_page_bytes() == 0U);
    });
}

BOOST_FIXTURE_TEST_CASE(an_address_space_with_room_for_the_segment_only_is_enough, Line) {
    run_in_child([&](Checkpoints&) {
        const ChannelShape large{.slot_count = 1, .payload_bytes = 24 * mebi, .participants = 2};
        const auto bytes = inspect::segment_bytes(large).value();
        std::uint64_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        limit(RLIMIT_AS, pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) + bytes + mebi);
        Sender sender(name, large);
        send(sender, 1);
        BOOST_TEST(sender.state().ready == 1U);
    });
}

BOOST_AUTO_TEST_CASE(a_dev_shm_with_room_for_the_segment_only_is_enough,
                     *boost::unit_test::precondition(needs_own_mounts)) {
    run_in_child([](Checkpoints&) {
        unshare_mounts();
        const auto bytes = inspect::segment_bytes(frames()).value();
        mount_tmpfs("/dev/shm", "size=" + std::to_string(bytes));
        Sender sender("exact", frames(), {.prefault = true});
        for (int slot = 0; slot < 4; ++slot) send(sender, 1);
        BOOST_TEST(sender.state().ready == 4U);
        const std::uint64_t moved = inspect::Observer("exact").large_page_bytes();
        BOOST_TEST((moved == 0U || moved == whole_large_pages(bytes)));
        BOOST_TEST(std::filesystem::file_size("/dev/shm/handoff.exact") == bytes);
        BOOST_TEST(std::filesystem::space("/dev/shm").available == 0U);
    });
}

BOOST_AUTO_TEST_CASE(who_has_a_memory_limit_moves_nothing_that_others_created,
                     *boost::unit_test::precondition(needs_own_mounts) *
                         boost::unit_test::precondition(needs_large_pages)) {
    run_in_child([](Checkpoints&) {
        const UniqueName name;
        refusal = EINVAL;
        const Sender sender(name, frames());
        refusal = 0;
        asked = 0;
        unshare_mounts();
        mount_tmpfs("/sys/fs/cgroup", "size=1m");
        const auto set = [](const char* file, const std::string& text) {
            std::ofstream(std::string("/sys/fs/cgroup/") + file) << text << '\n';
        };
        set("memory.max", std::to_string(1024 * mebi));
        set("memory.current", "0");
        pretend_cgroups("0::/\n");
        std::filesystem::create_symlink("/mnt/proc/self/smaps", "/proc/self/smaps");
        const Receiver limited(name, {.prefault = true});
        BOOST_TEST(asked == 0U);
        BOOST_TEST(inspect::Observer(name.str()).large_page_bytes() == 0U);
        set("memory.max", "max");
        const Receiver unlimited(name, {.prefault = true});
        BOOST_TEST(asked == 1U);
        BOOST_TEST(inspect::Observer(name.str()).large_page_bytes() == 8 * mebi);
    });
}

BOOST_AUTO_TEST_SUITE_END()
