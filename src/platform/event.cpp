#include "platform/event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "platform/system_error.hpp"

namespace handoff::detail::platform {

Descriptor make_event() {
    Descriptor event = above_stdio(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) throw_system("making an event descriptor", errno);
    return event;
}

void set_event(const Descriptor& event) noexcept {
    const std::uint64_t one = 1;
    // Fails only if it is set already, 2^64 - 2 times over.
    [[maybe_unused]] const auto written = write(event.get(), &one, sizeof one);
}

void clear_event(const Descriptor& event) noexcept {
    std::uint64_t count = 0;
    // Fails only if it is clear already.
    [[maybe_unused]] const auto got = read(event.get(), &count, sizeof count);
}

}  // namespace handoff::detail::platform
