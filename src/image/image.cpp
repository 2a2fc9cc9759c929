#include <handoff/image.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

namespace handoff {
namespace {

std::string pixels_of(const Image& image) {
    return std::to_string(image.width) + " x " + std::to_string(image.height) + " pixels of " +
           std::string(name_of(image.encoding));
}

Failure refused(const Image& image, const std::string& why) {
    return {Errc::invalid_argument, "the image description (" + pixels_of(image) + ", step " +
                                        std::to_string(image.step) + " bytes) is not valid: " + why};
}

std::optional<Failure> wrong_encoding(const Image& image) {
    if (image.encoding == Encoding::none)
        return refused(image, "encoding none marks bytes that are not an image; name the encoding, such as bgr8");
    if (image.is_array()) return refused(image, "it describes an array: Array::from() reads it");
    if (bytes_per_pixel(image.encoding) == 0)
        return refused(image, "encoding number " + std::to_string(static_cast<std::uint32_t>(image.encoding)) +
                                  " is not known here; was it written by a newer version?");
    return std::nullopt;
}

std::optional<Failure> wrong_step(const Image& image) {
    const std::uint64_t row_bytes = std::uint64_t{image.width} * bytes_per_pixel(image.encoding);
    if (image.step < row_bytes)
        return refused(image, "one row alone has " + std::to_string(row_bytes) + " bytes; use a step of at least that");
    const std::uint64_t unit = bytes_per_channel(image.encoding);
    if (image.step % unit != 0)
        return refused(image, "the step must be a multiple of " + std::to_string(unit) + ", the bytes of one value");
    return std::nullopt;
}

}  // namespace

Image Image::of(std::uint32_t width, std::uint32_t height, Encoding encoding) noexcept {
    Image image;
    image.width = width;
    image.height = height;
    image.step = std::uint64_t{width} * bytes_per_pixel(encoding);
    image.encoding = encoding;
    return image;
}

void Image::set_frame_id(std::string_view id) noexcept {
    std::size_t kept = std::min(id.size(), sizeof frame_id - 1);
    while (kept > 0 && kept < id.size() && (static_cast<unsigned char>(id[kept]) & 0xc0U) == 0x80U) --kept;
    std::memset(frame_id, 0, sizeof frame_id);
    std::copy_n(id.data(), kept, frame_id);
}

std::string_view Image::frame() const noexcept {
    if (is_array()) return {};
    return {frame_id, ::strnlen(frame_id, sizeof frame_id)};
}

result<void> check_image(const Image& image, std::uint64_t available_bytes) {
    if (auto failure = wrong_encoding(image)) return *std::move(failure);
    if (image.width == 0 || image.height == 0) return refused(image, "width and height must be at least 1");
    if (auto failure = wrong_step(image)) return *std::move(failure);

    // step * height <= available_bytes, written so that nothing can wrap around.
    if (image.step > available_bytes / image.height)
        return Failure(Errc::too_large, "an image of " + pixels_of(image) + " with a step of " +
                                            std::to_string(image.step) + " bytes needs " +
                                            std::to_string(image.height) + " times that, but only " +
                                            std::to_string(available_bytes) +
                                            " bytes are there; use a smaller image or a channel with larger slots");
    return success();
}

}  // namespace handoff
