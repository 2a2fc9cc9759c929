#include "platform/random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "platform/system_error.hpp"

namespace handoff::detail::platform {

std::uint64_t random_bits() {
    std::uint64_t bits = 0;
    while (getrandom(&bits, sizeof bits, 0) != sizeof bits)  // so few bytes come complete, or not at all
        if (errno != EINTR) throw_system("asking the kernel for random bits", errno);
    return bits;
}

}  // namespace handoff::detail::platform
