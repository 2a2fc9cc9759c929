#include "platform/clock.hpp"

#include <time.h>

namespace handoff::detail::platform {
namespace {

std::int64_t read_clock(clockid_t clock) noexcept {
    timespec time{};
    clock_gettime(clock, &time);
    return time.tv_sec * ns_per_s + time.tv_nsec;
}
}  // namespace

std::int64_t now_ns() noexcept {
    return read_clock(CLOCK_MONOTONIC);
}
std::int64_t now_coarse_ns() noexcept {
    return read_clock(CLOCK_MONOTONIC_COARSE);
}
std::int64_t wall_clock_ns() noexcept {
    return read_clock(CLOCK_REALTIME);
}

void sleep_briefly(std::int64_t duration_ns) noexcept {
    const timespec time{duration_ns / ns_per_s, duration_ns % ns_per_s};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

}  // namespace handoff::detail::platform
