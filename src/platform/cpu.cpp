#include "platform/cpu.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "platform/clock.hpp"

namespace handoff::detail::platform {

void yield_core() noexcept {
    sched_yield();
}

unsigned cores() noexcept {
    static const auto count = static_cast<unsigned>(std::max(sysconf(_SC_NPROCESSORS_ONLN), 1L));
    return count;
}

int pauses_in_a_microsecond() noexcept {
    static const int relaxes = [] {
        constexpr int sample = 128;
        std::int64_t shortest_ns = INT64_MAX;  // of several: each may be interrupted
        for (int attempt = 0; attempt < 4; ++attempt) {
            const std::int64_t start_ns = now_ns();
            for (int i = 0; i < sample; ++i) cpu_pause();
            shortest_ns = std::min(shortest_ns, now_ns() - start_ns);
        }
        return static_cast<int>(
            std::clamp<std::int64_t>(1000 * sample / std::max<std::int64_t>(shortest_ns, 1), 1, 1000));
    }();
    return relaxes;
}

}  // namespace handoff::detail::platform
