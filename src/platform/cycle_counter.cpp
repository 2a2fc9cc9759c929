#include "platform/cycle_counter.hpp"

#if defined(__x86_64__)

#include <cpuid.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <string_view>

#include "platform/descriptor.hpp"

namespace handoff::detail::platform {
namespace {

bool is_invariant() noexcept {
    constexpr unsigned power_leaf = 0x80000007, invariant_tsc = 1U << 8;
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(power_leaf, &a, &b, &c, &d) != 0 && (d & invariant_tsc) != 0;
}

/// A process can be forbidden to read it, and is ended if it does.
bool is_allowed() noexcept {
    int mode = 0;
    return ::prctl(PR_GET_TSC, &mode) == 0 && mode == PR_TSC_ENABLE;
}

/// The kernel gives its own clock another source as soon as it finds the counters of the cores apart.
bool is_trusted() noexcept {
    const Descriptor file(
        ::open("/sys/devices/system/clocksource/clocksource0/current_clocksource", O_RDONLY | O_CLOEXEC));
    char text[64];
    const ssize_t length = file.get() < 0 ? -1 : ::read(file.get(), text, sizeof text);
    if (length <= 0) return false;
    std::string_view name(text, static_cast<std::size_t>(length));
    name = name.substr(0, name.find('\n'));
    return name == "tsc" || name == "kvm-clock" || name == "hyperv_clocksource_tsc_page";
}

}  // namespace

bool has_steady_cycles() noexcept {
    static const bool steady = is_invariant() && is_allowed() && is_trusted();
    return steady;
}

}  // namespace handoff::detail::platform

#else

namespace handoff::detail::platform {
bool has_steady_cycles() noexcept {
    return false;
}
}  // namespace handoff::detail::platform

#endif
