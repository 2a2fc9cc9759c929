// What fork() does with a mapping.
#pragma once

#include <cstddef>

namespace handoff::detail::platform {

/// Children of fork() do not get these pages: a child that touches them crashes instead of writing into the segment of
/// a participant that it is not.
void exclude_from_fork(void* address, std::size_t bytes) noexcept;

/// Maps every page of it now, so that the first touch of each is no page fault. Does nothing on kernels before 5.14.
void map_all_pages(void* address, std::size_t bytes, bool writable) noexcept;

}  // namespace handoff::detail::platform
