// A descriptor that can be made readable and unreadable.
#pragma once

#include "platform/descriptor.hpp"

namespace handoff::detail::platform {

/// Not readable at first. Throws Error(system).
Descriptor make_event();
void set_event(const Descriptor& event) noexcept;
void clear_event(const Descriptor& event) noexcept;

}  // namespace handoff::detail::platform
