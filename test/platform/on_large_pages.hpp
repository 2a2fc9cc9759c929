// Whether this kernel moves shared memory to large pages, and what of a mapping lies on them.
#pragma once

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "platform/large_pages.hpp"

namespace handoff::test {

using detail::platform::large_page_bytes;

/// The bytes of a size that large pages can hold.
constexpr std::uint64_t whole_large_pages(std::uint64_t bytes) noexcept {
    return bytes / large_page_bytes * large_page_bytes;
}

inline bool is_on_large_boundary(const void* address) noexcept {
    return reinterpret_cast<std::uintptr_t>(address) % large_page_bytes == 0;
}

/// Of the mapping that begins there, what this process has used already; from /proc/self/smaps.
inline std::uint64_t large_page_bytes_at(const void* address) {
    std::uint64_t bytes = 0;
    bool is_it = false;
    std::ifstream smaps("/proc/self/smaps");
    for (std::string line; std::getline(smaps, line);) {
        char* end = nullptr;
        const auto begin = std::strtoull(line.c_str(), &end, 16);
        if (*end == '-') is_it = begin == reinterpret_cast<std::uintptr_t>(address);
        if (is_it && line.starts_with("ShmemPmdMapped:")) bytes += std::strtoull(line.c_str() + 15, nullptr, 10) * 1024;
    }
    return bytes;
}

/// A precondition: the system call itself, on a file that only this function has.
inline boost::test_tools::assertion_result needs_large_pages(boost::unit_test::test_unit_id) {
    constexpr int collapse = 25;  // MADV_COLLAPSE
    const int file = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    void* const space = mmap(nullptr, 2 * large_page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const auto begin = reinterpret_cast<std::uintptr_t>(space);
    void* const place = static_cast<std::byte*>(space) + (large_page_bytes - begin % large_page_bytes);
    const bool is_moved =
        space != MAP_FAILED && posix_fallocate(file, 0, large_page_bytes) == 0 &&
        mmap(place, large_page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == place &&
        madvise(place, large_page_bytes, collapse) == 0;
    const int error = errno;
    // An emulator may claim that it has done what it does not know.
    const bool is_seen = is_moved && (std::memset(place, 1, 1), large_page_bytes_at(place) != 0);
    if (space != MAP_FAILED) munmap(space, 2 * large_page_bytes);
    close(file);
    boost::test_tools::assertion_result result(is_seen);
    if (!is_seen)
        result.message() << "this kernel moves no shared memory to large pages: "
                         << (is_moved ? "it only says so" : std::strerror(error));
    return result;
}

}  // namespace handoff::test
