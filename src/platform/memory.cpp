#include "platform/memory.hpp"

#include <sys/mman.h>

namespace handoff::platform {

void exclude_from_fork(void* address, std::size_t bytes) noexcept {
    madvise(address, bytes, MADV_DONTFORK);
}

}  // namespace handoff::platform
