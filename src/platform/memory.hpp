// What fork() does with a mapping.
#pragma once

#include <cstddef>

namespace handoff::platform {

/// Children of fork() do not get these pages: a child that touches them crashes instead of writing into the segment of
/// a participant that it is not.
void exclude_from_fork(void* address, std::size_t bytes) noexcept;

}  // namespace handoff::platform
