// Descriptions of images: from C to C++, and back.
#pragma once

#include <handoff/c/image.h>
#include <handoff/image.hpp>

namespace handoff::detail::c {

Image image_of(const handoff_image& image) noexcept;
handoff_image image_of(const Image& image) noexcept;

}  // namespace handoff::detail::c
