#include <handoff/c/image.h>
#include <handoff/image.hpp>

#include <bit>

#include "c/abi_guard.hpp"
#include "c/image.hpp"

using namespace handoff;

namespace {

static_assert(sizeof(handoff_image) == sizeof(Image) && offsetof(handoff_image, step) == offsetof(Image, step) &&
              offsetof(handoff_image, encoding) == offsetof(Image, encoding) &&
              offsetof(handoff_image, capture_time_ns) == offsetof(Image, capture_time_ns) &&
              offsetof(handoff_image, frame_id) == offsetof(Image, frame_id));

Encoding known(std::uint32_t number) {
    const auto encoding = static_cast<Encoding>(number);
    if (bytes_per_pixel(encoding) != 0) return encoding;
    throw Error(Errc::invalid_argument, "encoding number " + std::to_string(number) + " (" +
                                            std::string(name_of(encoding)) +
                                            ") has no pixels: use HANDOFF_BGR8 or another");
}

}  // namespace

Image detail::c::image_of(const handoff_image& image) noexcept {
    return std::bit_cast<Image>(image);
}
handoff_image detail::c::image_of(const Image& image) noexcept {
    return std::bit_cast<handoff_image>(image);
}

extern "C" {

handoff_status handoff_image_init(handoff_image* image, uint32_t width, uint32_t height, uint32_t encoding) {
    return detail::c::guarded([&] {
        const Image made = Image::of(width, height, known(encoding));
        check_image(made, UINT64_MAX).value();
        *detail::c::place(image, "the image") = detail::c::image_of(made);
        return HANDOFF_OK;
    });
}

handoff_status handoff_image_check(const handoff_image* image, uint64_t available_bytes) {
    return detail::c::guarded([&] {
        return detail::c::status_of(
            check_image(detail::c::image_of(*detail::c::place(image, "the image")), available_bytes));
    });
}

const char* handoff_encoding_name(uint32_t encoding) {
    return name_of(static_cast<Encoding>(encoding)).data();  // a literal: it ends with a NUL
}

handoff_status handoff_encoding_of(const char* name, uint32_t* encoding) {
    return detail::c::guarded([&] {
        auto* out = detail::c::place(encoding, "the encoding");
        auto found = encoding_of(detail::c::text(name, "the name of the encoding"));
        if (!found) return detail::c::refuse(std::move(found).error());
        *out = static_cast<uint32_t>(*found);
        return handoff_status{HANDOFF_OK};
    });
}

handoff_status handoff_encoding_pixel(uint32_t encoding, handoff_pixel* pixel) {
    return detail::c::guarded([&] {
        const Encoding which = known(encoding);
        const std::size_t bytes = bytes_per_channel(which);
        *detail::c::place(pixel, "the pixel") = {static_cast<uint32_t>(bytes_per_pixel(which) / bytes),
                                                 static_cast<uint32_t>(bytes), static_cast<uint32_t>(kind_of(which))};
        return HANDOFF_OK;
    });
}

}  // extern "C"
