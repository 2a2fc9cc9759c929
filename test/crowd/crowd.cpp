#include "crowd/crowd.hpp"

#include <handoff/inspect.hpp>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "testing/process_room.hpp"

namespace handoff::test {

using boost::test_tools::assertion_result;

void* map_shared(std::size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    return memory;
}

void unmap_shared(void* memory, std::size_t bytes) noexcept {
    munmap(memory, bytes);
}

Gate::Gate() {
    if (pipe(ends_) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
}

Gate::~Gate() {
    for (const int end : ends_) close(end);
}

void Gate::open() {
    const std::array<char, 2 * most_on_a_channel> passes{};  // a pipe takes 64 KiB
    if (write(ends_[1], passes.data(), passes.size()) != static_cast<ssize_t>(passes.size()))
        throw std::system_error(errno, std::generic_category(), "write");
}

void Gate::wait() const noexcept {
    char pass = 0;
    while (read(ends_[0], &pass, 1) < 0 && errno == EINTR) {
    }
}

namespace {

[[noreturn]] void live(Roll& roll, std::uint32_t number, const Crowd::Life& life, int parent) noexcept {
    detail::testing::Process::begin_child(parent);
    try {
        life(roll, number);
        _exit(0);
    } catch (const std::exception& exception) {
        if (roll.failures.load() == 0) std::strncpy(roll.words.data(), exception.what(), roll.words.size() - 1);
        roll.failures.fetch_add(1);
    }
    _exit(1);
}

}  // namespace

Crowd::Crowd(std::uint32_t count, const Life& life) {
    const int parent = getpid();
    for (std::uint32_t number = 0; number < count; ++number) {
        const int pid = detail::testing::Process::fork();
        if (pid == 0) live(*roll_, number, life, parent);
        children_.emplace_back(pid, "process " + std::to_string(number));
    }
}

void Crowd::wait_for(const std::function<bool()>& condition, const std::string& what) const {
    const bool came = testing::eventually([&] { return condition() || roll_->failures.load() > 0; }, soon);
    BOOST_REQUIRE_MESSAGE(roll_->failures.load() == 0, roll_->failures.load()
                                                           << " processes failed; the first: " << roll_->words.data());
    BOOST_REQUIRE_MESSAGE(came, what);
}

void Crowd::wait_until_attached() {
    wait_for([&] { return roll_->attached.load() == count(); }, "not all of them attached in time");
}

void Crowd::wait_until_ended() {
    const auto deadline = std::chrono::steady_clock::now() + soon;
    for (detail::testing::Process& child : children_) {
        if (child.was_killed_by_us()) continue;
        const auto left = std::max<std::chrono::nanoseconds>(deadline - std::chrono::steady_clock::now(), 1ms);
        BOOST_REQUIRE_MESSAGE(child.ends_within(left), child.name() << " does not end");
        BOOST_TEST(child.exit()->ok(), child.name() << " " << child.exit()->text() << ": " << roll_->words.data());
    }
}

assertion_result has_room_for_processes(boost::unit_test::test_unit_id) {
    constexpr std::uint64_t bytes_each = 4 << 20;  // what a forked test touches, its page tables included
    const detail::testing::ProcessRoom room = detail::testing::room_for_processes(bytes_each);
    assertion_result result(room.processes >= most_on_a_channel);
    result.message() << "skipped: " << most_on_a_channel << " processes are needed, " << room.limit << " leaves "
                     << room.processes;
    return result;
}

assertion_result has_descriptors(boost::unit_test::test_unit_id) {
    constexpr rlim_t needed = 2 * most_on_a_channel + 200;
    rlimit limit{};
    assertion_result result(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= needed);
    result.message() << "skipped: " << needed << " descriptors are needed, ulimit -Hn allows " << limit.rlim_max;
    return result;
}

assertion_result has_room_for_segments(boost::unit_test::test_unit_id) {
    constexpr std::uint64_t needed_bytes = std::uint64_t{most_on_a_channel} * (128 << 10);
    const auto memory = inspect::memory();
    assertion_result result = has_descriptors(0);
    if (!result) return result;
    result = assertion_result(memory.free_bytes >= needed_bytes && memory.ram_available_bytes >= needed_bytes);
    result.message() << "skipped: " << needed_bytes << " bytes of shared memory are needed, " << memory.directory
                     << " has " << memory.free_bytes;
    return result;
}

void take_all_descriptors() noexcept {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace handoff::test
