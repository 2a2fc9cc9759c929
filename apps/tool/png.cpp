#include "tool/png.hpp"

#include <handoff/error.hpp>

#include <png.h>

#include <memory>
#include <optional>
#include <stdexcept>

namespace handoff::apps::tool {

namespace {

struct Shape {
    int color;
    int depth;
    bool blue_first;
};

std::optional<Shape> shape_of(Encoding encoding) {
    switch (encoding) {
        case Encoding::mono8:
        case Encoding::bayer_rggb8:
        case Encoding::bayer_bggr8:
        case Encoding::bayer_gbrg8:
        case Encoding::bayer_grbg8:
            return Shape{PNG_COLOR_TYPE_GRAY, 8, false};
        case Encoding::mono16:
        case Encoding::type_16UC1:
            return Shape{PNG_COLOR_TYPE_GRAY, 16, false};
        case Encoding::bgr8:
            return Shape{PNG_COLOR_TYPE_RGB, 8, true};
        case Encoding::rgb8:
            return Shape{PNG_COLOR_TYPE_RGB, 8, false};
        case Encoding::bgra8:
            return Shape{PNG_COLOR_TYPE_RGB_ALPHA, 8, true};
        case Encoding::rgba8:
            return Shape{PNG_COLOR_TYPE_RGB_ALPHA, 8, false};
        case Encoding::bgr16:
        case Encoding::type_16UC3:
            return Shape{PNG_COLOR_TYPE_RGB, 16, true};
        case Encoding::rgb16:
            return Shape{PNG_COLOR_TYPE_RGB, 16, false};
        case Encoding::type_16UC4:
            return Shape{PNG_COLOR_TYPE_RGB_ALPHA, 16, true};
        default:
            return std::nullopt;
    }
}

// libpng must not return from an error; throwing through its frames is what its C++ users do instead of longjmp.
[[noreturn]] void fail(png_structp, png_const_charp words) {
    throw Error(Errc::system, std::string("libpng: ") + words);
}
void ignore(png_structp, png_const_charp) {}

void append(png_structp png, png_bytep bytes, std::size_t count) {
    auto& file = *static_cast<std::vector<std::byte>*>(png_get_io_ptr(png));
    const auto* first = reinterpret_cast<const std::byte*>(bytes);
    file.insert(file.end(), first, first + count);
}

class Writer {
public:
    Writer()
        : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, ignore)),
          info_(png_ != nullptr ? png_create_info_struct(png_) : nullptr) {
        if (info_ == nullptr) throw std::bad_alloc();
    }
    Writer(const Writer&) = delete;
    ~Writer() { png_destroy_write_struct(&png_, &info_); }

    std::vector<std::byte> write(const Image& image, const Shape& shape, std::span<const std::byte> pixels) {
        std::vector<std::byte> file;
        png_set_write_fn(png_, &file, append, nullptr);
        png_set_IHDR(png_, info_, image.width, image.height, shape.depth, shape.color, PNG_INTERLACE_NONE,
                     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(png_, info_);
        if (shape.blue_first) png_set_bgr(png_);
        if (shape.depth == 16) png_set_swap(png_);  // PNG stores the high byte first
        for (std::uint32_t row = 0; row < image.height; ++row)
            png_write_row(png_, reinterpret_cast<png_const_bytep>(pixels.data() + row * image.step));
        png_write_end(png_, info_);
        return file;
    }

private:
    png_structp png_;
    png_infop info_;
};

}  // namespace

result<std::vector<std::byte>> as_png(const Image& image, std::span<const std::byte> pixels) try {
    const auto shape = shape_of(image.encoding);
    if (!shape)
        return Failure(Errc::mismatch, "PNG knows no images of " + std::string(name_of(image.encoding)) +
                                           ": --raw writes the bytes as they are");
    return Writer().write(image, *shape, pixels);
} catch (const Error& error) {
    return error.failure();
}

}  // namespace handoff::apps::tool
