#include "platform/background_thread.hpp"

#include <handoff/error.hpp>

#include <signal.h>

#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace handoff::detail::platform {

namespace {

/// A thread inherits the mask of its creator. Its own faults stay unblocked: a blocked SIGBUS from a truncated segment
/// would end the process without calling its handler.
class SignalsBlocked {
public:
    SignalsBlocked() noexcept {
        sigset_t most;
        sigfillset(&most);
        for (const int own : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT}) sigdelset(&most, own);
        pthread_sigmask(SIG_SETMASK, &most, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

}  // namespace

void start_background_thread(std::function<void()> body, const char* what_for) {
    const SignalsBlocked blocked;
    try {
        std::thread(std::move(body)).detach();
    } catch (const std::system_error& error) {
        throw Error(Errc::system, std::string(what_for) + ": there is no thread to be had (" + error.what() + ")");
    }
}

}  // namespace handoff::detail::platform
