// Mappings: fork and page faults.
#pragma once

#include <cstddef>

namespace handoff::detail::platform {

/// Children of fork() do not inherit these pages: a child that touches them crashes instead of writing into the segment
/// of a participant that it is not.
void exclude_from_fork(void* address, std::size_t bytes) noexcept;

/// Maps every page of it now, so that a first touch causes no page fault. Does nothing on kernels before 5.14.
void map_all_pages(void* address, std::size_t bytes, bool writable) noexcept;

}  // namespace handoff::detail::platform
