#include "platform/memory.hpp"

#include <sys/mman.h>

namespace handoff::detail::platform {

void exclude_from_fork(void* address, std::size_t bytes) noexcept {
    madvise(address, bytes, MADV_DONTFORK);
}

void map_all_pages(void* address, std::size_t bytes, bool writable) noexcept {
    constexpr int populate_read = 22, populate_write = 23;  // MADV_POPULATE_*, missing in older headers
    madvise(address, bytes, writable ? populate_write : populate_read);
}

}  // namespace handoff::detail::platform
