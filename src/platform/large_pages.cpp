#include "platform/large_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>

namespace handoff::detail::platform {
namespace {

constexpr int populate_read = 22, collapse = 25;  // MADV_*, missing in older headers

std::size_t rounded_up(std::uintptr_t number, std::size_t unit) noexcept {
    return (number + unit - 1) / unit * unit;
}

/// Of [begin, end), as /proc/self/smaps says: a line with two addresses for each mapping, and lines about it below.
std::uint64_t listed_on_large_pages(std::uintptr_t begin, std::uintptr_t end) {
    constexpr std::string_view wanted = "ShmemPmdMapped:";
    std::uint64_t kibibytes = 0;
    bool is_inside = false;
    std::ifstream smaps("/proc/self/smaps");
    for (std::string line; std::getline(smaps, line);) {
        const char* const line_end = line.data() + line.size();
        std::uintptr_t address = 0;
        const char* const rest = std::from_chars(line.data(), line_end, address, 16).ptr;
        if (rest != line_end && *rest == '-') {
            if (address >= end) break;  // they come in the order of addresses
            is_inside = address >= begin;
        } else if (is_inside && line.starts_with(wanted)) {
            std::uint64_t here = 0;
            const std::size_t digit = line.find_first_of("0123456789");
            if (digit != std::string::npos) std::from_chars(line.data() + digit, line_end, here);
            kibibytes += here;
        }
    }
    return kibibytes * 1024;
}

}  // namespace

const int AlignedSpace::map_options = MAP_FIXED;

AlignedSpace::AlignedSpace(std::size_t bytes) noexcept
    : bytes_(rounded_up(bytes, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)))) {
    void* const begin =
        mmap(nullptr, bytes_ + large_page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED) return;
    begin_ = static_cast<std::byte*>(begin);
    const auto number = reinterpret_cast<std::uintptr_t>(begin);
    address_ = begin_ + (rounded_up(number, large_page_bytes) - number);
}

AlignedSpace::~AlignedSpace() {
    if (begin_ == nullptr) return;
    if (!given_away_) {  // the kernel refused the mapping before it touched what is here
        munmap(begin_, bytes_ + large_page_bytes);
        return;
    }
    const auto before = static_cast<std::size_t>(address_ - begin_);
    if (before != 0) munmap(begin_, before);
    if (before != large_page_bytes) munmap(address_ + bytes_, large_page_bytes - before);
}

bool can_move_to_large_pages() noexcept {
    return madvise(nullptr, 0, collapse) == 0;  // of no bytes it tells whether it is known
}

void move_to_large_pages(void* address, std::size_t bytes) noexcept {
    if (bytes >= least_with_large_pages) madvise(address, bytes, collapse);
}

std::uint64_t bytes_on_large_pages(const void* address, std::size_t bytes) noexcept try {
    if (bytes < least_with_large_pages) return 0;
    auto* const begin = static_cast<std::byte*>(const_cast<void*>(address));  // nothing is written
    for (std::size_t block = 0; block + large_page_bytes <= bytes; block += large_page_bytes)
        madvise(begin + block, 1, populate_read);  // maps the large page, if it is one
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    return listed_on_large_pages(number, number + bytes);
} catch (const std::exception&) {
    return 0;  // no memory for a line
}

}  // namespace handoff::detail::platform
