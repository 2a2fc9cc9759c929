// Copying bytes that another process may be overwriting: the result is valid only if it is checked afterwards.
#pragma once

#include <cstddef>
#include <span>

namespace handoff::detail::slot {

/// Copies `from` to the beginning of `to`. A concurrent writer makes the copy invalid, never undefined: every byte is
/// read once, with relaxed atomic loads. REQUIRES: to.size() >= from.size().
void copy_out(std::span<const std::byte> from, std::span<std::byte> to) noexcept;

}  // namespace handoff::detail::slot
