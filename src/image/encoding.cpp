#include <handoff/image.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>

#include "described/described.hpp"

namespace handoff {
namespace {

using detail::described::encoding_pixels;
using detail::described::encoding_words;

struct Alias {
    std::string_view name;
    Encoding encoding;
};

constexpr std::array<Alias, 14> aliases{{
    {"8UC1", Encoding::mono8},
    {"8UC3", Encoding::bgr8},  // OpenCV's own order of colours
    {"8UC4", Encoding::bgra8},
    {"gray", Encoding::mono8},
    {"gray8", Encoding::mono8},
    {"gray16", Encoding::mono16},
    {"gray16le", Encoding::mono16},
    {"bgr24", Encoding::bgr8},
    {"rgb24", Encoding::rgb8},
    {"bgra", Encoding::bgra8},
    {"rgba", Encoding::rgba8},
    {"bgr48le", Encoding::bgr16},
    {"rgb48le", Encoding::rgb16},
    {"grayf32le", Encoding::type_32FC1},
}};

const detail::described::Pixel* pixel_of(Encoding encoding) noexcept {
    const auto number = static_cast<std::size_t>(encoding);
    return number < std::size(encoding_pixels) ? &encoding_pixels[number] : nullptr;
}

bool is_opencv_name(std::string_view name) noexcept {
    return !name.empty() && name.front() >= '0' && name.front() <= '9';
}

std::string known_names() {
    std::string names;
    for (const std::string_view name : encoding_words) names.append(names.empty() ? "" : ", ").append(name);
    for (const Alias& alias : aliases) names.append(", ").append(alias.name);
    return names;
}

}  // namespace

std::string_view name_of(Encoding encoding) noexcept {
    return pixel_of(encoding) ? encoding_words[static_cast<std::size_t>(encoding)] : "unknown";
}

std::size_t bytes_per_pixel(Encoding encoding) noexcept {
    const auto* pixel = pixel_of(encoding);
    return pixel ? std::size_t{pixel->channels} * pixel->bytes_per_channel : 0;
}

std::size_t bytes_per_channel(Encoding encoding) noexcept {
    const auto* pixel = pixel_of(encoding);
    return pixel ? pixel->bytes_per_channel : 0;
}

char kind_of(Encoding encoding) noexcept {
    const auto* pixel = pixel_of(encoding);
    return pixel ? pixel->kind : 'u';
}

result<Encoding> encoding_of(std::string_view name) {
    constexpr std::string_view opencv_prefix = "CV_";
    std::string_view wanted = name;
    if (name.starts_with(opencv_prefix) && is_opencv_name(name.substr(opencv_prefix.size())))
        wanted.remove_prefix(opencv_prefix.size());

    if (const auto* word = std::find(std::begin(encoding_words), std::end(encoding_words), wanted);
        word != std::end(encoding_words))
        return static_cast<Encoding>(word - std::begin(encoding_words));
    const auto named = [wanted](const Alias& alias) { return alias.name == wanted; };
    if (const auto* alias = std::find_if(aliases.begin(), aliases.end(), named); alias != aliases.end())
        return alias->encoding;
    return Failure(Errc::invalid_argument, "there is no pixel encoding '" + std::string(name.substr(0, 64)) +
                                               "'; use one of: " + known_names() +
                                               " (OpenCV type names may begin with CV_)");
}

}  // namespace handoff
