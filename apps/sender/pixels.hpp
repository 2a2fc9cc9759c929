// How much of what a picture file holds is sent.
#pragma once

#include <cstdint>

namespace handoff::apps::sender {

enum class Pixels : std::uint8_t {
    automatic,  ///< bgr8; as stored where that would lose something: more than 8 bits, float, a PNG's, TIFF's, WebP's
                ///< alpha
    unchanged,  ///< as stored: grey stays one channel
    bgr8,       ///< bgr8, even if information is lost
};

}  // namespace handoff::apps::sender
