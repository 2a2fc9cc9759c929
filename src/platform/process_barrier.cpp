#include "platform/process_barrier.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/clock.hpp"

namespace handoff::detail::platform {
namespace {

bool membarrier(int command) noexcept {
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

bool register_this_process() noexcept {
    return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

}  // namespace

bool has_process_barrier() noexcept {
    static const bool has = register_this_process();
    return has;
}

void process_barrier() noexcept {
    constexpr int barrier = MEMBARRIER_CMD_PRIVATE_EXPEDITED;
    if (membarrier(barrier)) return;
    if (register_this_process() && membarrier(barrier)) return;  // a child of fork has to register anew
    sleep_briefly(1'000'000);
}

}  // namespace handoff::detail::platform
