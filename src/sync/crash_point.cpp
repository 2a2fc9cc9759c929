// Test builds only: every change of a shared word can be the last thing a process does.
#ifdef HANDOFF_CRASH_POINTS

#include "sync/crash_point.hpp"

#include <csignal>

#include "sync/shared_word.hpp"

namespace handoff::detail::sync {
namespace {
std::atomic<long> left{0};  // 0: not armed
}

void arm_crash_point(long after_accesses) noexcept {
    left.store(after_accesses, std::memory_order_relaxed);
}

void crash_point() noexcept {
    if (left.load(std::memory_order_relaxed) > 0 && left.fetch_sub(1, std::memory_order_relaxed) == 1) raise(SIGKILL);
}

void look_point() noexcept {}

}  // namespace handoff::detail::sync

#endif
