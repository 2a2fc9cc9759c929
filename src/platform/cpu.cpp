#include "platform/cpu.hpp"

#include <sched.h>

namespace handoff::platform {

unsigned usable_cores() noexcept {
    static const unsigned cores = [] {
        cpu_set_t set;
        CPU_ZERO(&set);
        if (sched_getaffinity(0, sizeof set, &set) != 0) return 1U;
        const int count = CPU_COUNT(&set);
        return count > 0 ? static_cast<unsigned>(count) : 1U;
    }();
    return cores;
}

}  // namespace handoff::platform
