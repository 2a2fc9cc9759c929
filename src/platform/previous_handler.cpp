#include "platform/previous_handler.hpp"

#include <cerrno>

#include "platform/system_error.hpp"

namespace handoff::detail::platform {

void PreviousHandler::put_in_front(int number, Handler ours, const char* what) {
    struct sigaction action {};
    action.sa_sigaction = ours;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    if (sigaction(number, &action, &previous_) != 0) throw_system(what, errno);
}

void PreviousHandler::call(int number, siginfo_t* info, void* context) const noexcept {
    if ((previous_.sa_flags & SA_SIGINFO) != 0) return previous_.sa_sigaction(number, info, context);
    if (previous_.sa_handler != SIG_DFL && previous_.sa_handler != SIG_IGN) return previous_.sa_handler(number);
    if (previous_.sa_handler == SIG_IGN && info->si_code <= 0) return;
    struct sigaction standard {};  // the fault repeats and ends the process as it would have
    sigaction(number, &standard, nullptr);
    if (info->si_code <= 0) raise(number);  // sent by a process: it does not repeat by itself
}

}  // namespace handoff::detail::platform
