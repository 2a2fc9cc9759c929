// Random bits.
#pragma once

#include <cstdint>

namespace handoff::detail::platform {

/// 64 random bits of the kernel. Throws Error(system).
std::uint64_t random_bits();

}  // namespace handoff::detail::platform
