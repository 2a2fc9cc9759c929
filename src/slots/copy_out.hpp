// Copying bytes that somebody may be overwriting: the result counts only if it is validated afterwards.
#pragma once

#include <cstddef>
#include <span>

namespace handoff::detail::slot {

/// Copies `from` to the beginning of `to`. A concurrent writer makes the copy worthless, never undefined for us: every
/// byte is read once, with relaxed atomic loads. REQUIRES: to.size() >= from.size().
void copy_out(std::span<const std::byte> from, std::span<std::byte> to) noexcept;

}  // namespace handoff::detail::slot
