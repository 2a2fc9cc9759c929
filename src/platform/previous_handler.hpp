// A signal handler in front of the one that was there before, which gets what is not ours.
#pragma once

#include <signal.h>

namespace handoff::detail::platform {

class PreviousHandler {
public:
    using Handler = void (*)(int number, siginfo_t* info, void* context);

    /// Puts `ours` in front. `what` is for the message. Throws Error(system).
    void put_in_front(int number, Handler ours, const char* what);
    /// What would have happened without ours. Signal-safe.
    void call(int number, siginfo_t* info, void* context) const noexcept;

private:
    struct sigaction previous_ {};
};

}  // namespace handoff::detail::platform
