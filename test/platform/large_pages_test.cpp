// Places for mappings on boundaries of large pages; moving a file to large pages, and counting them.
#include "platform/large_pages.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "platform/mappings.hpp"
#include "platform/on_large_pages.hpp"
#include "platform/shm_file.hpp"

namespace large_pages_test {

using namespace handoff::detail::platform;
using namespace handoff::test;

constexpr std::size_t kibi = 1024, mebi = 1024 * kibi;

/// A file without a name, mapped by us at a boundary of large pages.
struct MappedFile {
    explicit MappedFile(std::size_t size)
        : bytes(size), space(size), file(create_unlinked(size, 0600, "")), begin(map()) {}
    ~MappedFile() { munmap(begin, bytes); }
    MappedFile(const MappedFile&) = delete;

    std::span<std::byte> content() const { return {begin, bytes}; }
    std::pair<std::uint64_t, std::uint64_t> size_and_memory() const {
        const FileStatus status = status_of(file.get());
        return {status.size_bytes, status.reserved_bytes};
    }

    std::size_t bytes;
    AlignedSpace space;
    Descriptor file;
    std::byte* begin;

private:
    std::byte* map() {
        void* const mapped =
            mmap(space.address(), bytes, PROT_READ | PROT_WRITE, MAP_SHARED | AlignedSpace::map_options, file.get(), 0);
        BOOST_TEST_REQUIRE(mapped == space.address());
        space.give_away();
        return static_cast<std::byte*>(mapped);
    }
};

/// Is something mapped there?
bool is_taken(const void* address) {
    return !rights_at(address).empty();
}

}  // namespace large_pages_test

BOOST_AUTO_TEST_SUITE(large_pages_test)

BOOST_AUTO_TEST_CASE(a_place_lies_on_a_boundary_and_is_released_whole_if_nothing_came_there) {
    for (const std::size_t bytes : {4 * mebi, 4 * mebi + 1, 7 * mebi - 4 * kibi, 64 * mebi}) {
        const std::byte* address = nullptr;
        {
            const AlignedSpace space(bytes);
            address = static_cast<const std::byte*>(space.address());
            BOOST_TEST(is_on_large_boundary(address));
            BOOST_TEST(rights_at(address) == "---p");
            BOOST_TEST(rights_at(address + bytes - 1) == "---p");
        }
        BOOST_TEST(!is_taken(address));
        BOOST_TEST(!is_taken(address + bytes - 1));
    }
}

BOOST_AUTO_TEST_CASE(what_lies_around_a_mapping_is_released_and_the_mapping_stays) {
    for (const std::size_t bytes : {4 * mebi, 5 * mebi + 4 * kibi}) {
        const std::byte* before = nullptr;
        std::byte* mapped = nullptr;
        {
            AlignedSpace space(bytes);
            mapped = static_cast<std::byte*>(space.address());
            BOOST_TEST_REQUIRE(mmap(mapped, bytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | AlignedSpace::map_options, -1, 0) == mapped);
            space.give_away();
            before = mapped - 1;
        }
        std::size_t unreadable = 0;  // pages of the reservation that are still there
        each_mapping([&](std::uintptr_t begin, std::uintptr_t end, std::string_view rights, std::string_view) {
            const auto first = reinterpret_cast<std::uintptr_t>(mapped);
            if (rights == "---p" && (end == first || begin == first + bytes)) ++unreadable;
        });
        BOOST_TEST(unreadable == 0U);
        BOOST_TEST(rights_at(before) != "---p");
        BOOST_TEST(rights_at(mapped) == "rw-p");
        std::memset(mapped, 1, bytes);
        munmap(mapped, bytes);
    }
}

BOOST_AUTO_TEST_CASE(what_is_moved_has_the_same_bytes_size_and_memory,
                     *boost::unit_test::precondition(needs_large_pages)) {
    for (const std::size_t bytes : {4 * mebi, 6 * mebi + 12 * kibi, 8 * mebi - 4 * kibi}) {
        const MappedFile file(bytes);
        for (std::size_t i = 0; i < bytes; i += 1000) file.begin[i] = static_cast<std::byte>(i % 251);
        const std::vector<std::byte> before(file.content().begin(), file.content().end());
        const auto size_and_memory = file.size_and_memory();
        BOOST_TEST(size_and_memory.first == bytes);
        BOOST_TEST(bytes_on_large_pages(file.begin, bytes) == 0U);
        move_to_large_pages(file.begin, bytes);
        BOOST_TEST(std::ranges::equal(file.content(), before));
        BOOST_TEST((file.size_and_memory() == size_and_memory));
        BOOST_TEST(bytes_on_large_pages(file.begin, bytes) == whole_large_pages(bytes));
        BOOST_TEST(large_page_bytes_at(file.begin) == whole_large_pages(bytes));
    }
}

BOOST_AUTO_TEST_CASE(what_is_small_stays_where_it_is) {
    const MappedFile file(4 * mebi - 4 * kibi);
    move_to_large_pages(file.begin, file.bytes);
    std::memset(file.begin, 1, file.bytes);
    BOOST_TEST(large_page_bytes_at(file.begin) == 0U);
}

// Whoever truncates a file that others have mapped: no SIGBUS here, and no page comes back.
BOOST_AUTO_TEST_CASE(a_file_that_was_cut_short_is_neither_moved_nor_looked_at) {
    const MappedFile file(8 * mebi);
    BOOST_TEST_REQUIRE(ftruncate(file.file.get(), 0) == 0);
    move_to_large_pages(file.begin, file.bytes);
    BOOST_TEST(bytes_on_large_pages(file.begin, file.bytes) == 0U);
    BOOST_TEST((file.size_and_memory() == std::pair<std::uint64_t, std::uint64_t>(0, 0)));
}

BOOST_AUTO_TEST_CASE(who_writes_while_it_is_moved_loses_nothing, *boost::unit_test::precondition(needs_large_pages)) {
    const MappedFile file(16 * mebi);
    const std::size_t places = file.bytes / (4 * kibi);
    constexpr unsigned char rounds = 20;
    std::jthread writer([&] {
        for (unsigned char round = 1; round <= rounds; ++round)
            for (std::size_t i = 0; i < places; ++i) file.begin[i * 4 * kibi] = std::byte{round};
    });
    move_to_large_pages(file.begin, file.bytes);
    writer.join();
    std::size_t lost = 0;
    for (std::size_t i = 0; i < places; ++i) lost += file.begin[i * 4 * kibi] == std::byte{rounds} ? 0 : 1;
    BOOST_TEST(lost == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
