// handoff: the composition of an encoding.
#pragma once

#include <handoff/image.hpp>

#include <cstddef>

namespace handoff::detail::image {

/// Bytes of one number inside a pixel (2 for bgr16); 0 for none and for unknown numbers.
std::size_t bytes_per_channel(Encoding encoding) noexcept;
/// Of one number: 'u' unsigned, 'i' signed, 'f' floating point.
char kind_of(Encoding encoding) noexcept;

}  // namespace handoff::detail::image
