#include "common/signals.hpp"

#include <array>
#include <atomic>
#include <csignal>

namespace handoff::apps {

namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "touched by a signal handler");

#ifdef SIGHUP
constexpr std::array<int, 3> signals{SIGINT, SIGTERM, SIGHUP};
#else
constexpr std::array<int, 2> signals{SIGINT, SIGTERM};
#endif

extern "C" void on_stop_signal(int signal) {
    if (!stop.exchange(true, std::memory_order_relaxed)) return;
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

}  // namespace

void catch_stop_signals() noexcept {
    for (const int signal : signals)
        if (std::signal(signal, on_stop_signal) == SIG_IGN) std::signal(signal, SIG_IGN);  // nohup, background jobs
}

bool stop_requested() noexcept {
    return stop.load(std::memory_order_relaxed);
}

}  // namespace handoff::apps
