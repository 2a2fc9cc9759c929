#include <handoff/wait.hpp>

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <mutex>

#include "platform/background_thread.hpp"
#include "platform/event.hpp"
#include "platform/process.hpp"

namespace handoff {
namespace detail::platform {
namespace {

/// The only data that the handlers use: nothing else is safe in them.
std::atomic<int> event_of_handlers{-1};
std::atomic<pid_t> owner{0};
std::atomic<bool> was_signalled{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void on_stop_signal(int signal) {
    const int error = errno;
    // A child of fork has the handlers, but not the thread; the descriptor is its parent's.
    if (::getpid() != owner.load(std::memory_order_relaxed) ||
        was_signalled.exchange(true, std::memory_order_relaxed)) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);  // delivered when this handler returns
    } else {
        const std::uint64_t one = 1;
        (void)!::write(event_of_handlers.load(std::memory_order_relaxed), &one, sizeof one);
    }
    errno = error;
}

void handle(int signal) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) != 0 || before.sa_handler == SIG_IGN) return;  // nohup, background jobs
    if (before.sa_handler == on_stop_signal) return;
    struct sigaction action {};
    action.sa_handler = on_stop_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
}

/// Turns the signal into a stop in a thread, where callbacks may do anything.
class SignalThread {
public:
    SignalThread() : event_(make_event()) {
        was_signalled.store(false, std::memory_order_relaxed);  // in a child of fork: that was its parent
        owner.store(::getpid(), std::memory_order_relaxed);
        event_of_handlers.store(event_.get(), std::memory_order_relaxed);
        start_background_thread([this] { run(); }, "stop_on_signals");
    }
    std::stop_token token() const noexcept { return stop_.get_token(); }

private:
    void run() noexcept {
        std::uint64_t count = 0;
        while (::read(event_.get(), &count, sizeof count) != sizeof count) {
            pollfd readable{event_.get(), POLLIN, 0};
            ::poll(&readable, 1, -1);
        }
        stop_.request_stop();
    }

    Descriptor event_;
    std::stop_source stop_;
};

struct TheSignalThread {
    std::once_flag once;
    std::unique_ptr<SignalThread> thread;
};

}  // namespace
}  // namespace detail::platform

std::stop_token stop_on_signals(std::initializer_list<int> numbers) {
    auto& [once, thread] = detail::platform::of_this_process<detail::platform::TheSignalThread>();
    std::call_once(once, [&made = thread] { made = std::make_unique<detail::platform::SignalThread>(); });
    for (const int number : numbers) detail::platform::handle(number);
    return thread->token();
}

}  // namespace handoff
