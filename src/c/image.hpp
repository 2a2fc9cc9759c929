// Descriptions of images, from one side of the border to the other.
#pragma once

#include <handoff/c/image.h>
#include <handoff/image.hpp>

namespace handoff::detail::c {

Image image_of(const handoff_image& image) noexcept;
handoff_image image_of(const Image& image) noexcept;

}  // namespace handoff::detail::c
