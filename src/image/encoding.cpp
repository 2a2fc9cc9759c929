#include "image/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace handoff {
namespace {

struct Layout {
    std::string_view name;
    std::uint8_t channels;
    std::uint8_t bytes_per_channel;
};

// Indexed by the number of the encoding.
constexpr std::array<Layout, 38> layouts{{
    {"none", 0, 0},        {"mono8", 1, 1},       {"mono16", 1, 2},      {"bgr8", 3, 1},  {"rgb8", 3, 1},
    {"bgra8", 4, 1},       {"rgba8", 4, 1},       {"bgr16", 3, 2},       {"rgb16", 3, 2}, {"8UC2", 2, 1},
    {"8SC1", 1, 1},        {"8SC2", 2, 1},        {"8SC3", 3, 1},        {"8SC4", 4, 1},  {"16UC1", 1, 2},
    {"16UC2", 2, 2},       {"16UC3", 3, 2},       {"16UC4", 4, 2},       {"16SC1", 1, 2}, {"16SC2", 2, 2},
    {"16SC3", 3, 2},       {"16SC4", 4, 2},       {"32SC1", 1, 4},       {"32SC2", 2, 4}, {"32SC3", 3, 4},
    {"32SC4", 4, 4},       {"32FC1", 1, 4},       {"32FC2", 2, 4},       {"32FC3", 3, 4}, {"32FC4", 4, 4},
    {"64FC1", 1, 8},       {"64FC2", 2, 8},       {"64FC3", 3, 8},       {"64FC4", 4, 8}, {"bayer_rggb8", 1, 1},
    {"bayer_bggr8", 1, 1}, {"bayer_gbrg8", 1, 1}, {"bayer_grbg8", 1, 1},
}};
static_assert(layouts[static_cast<std::size_t>(Encoding::type_8UC2)].name == "8UC2");
static_assert(layouts[static_cast<std::size_t>(Encoding::type_64FC4)].name == "64FC4");
static_assert(layouts[static_cast<std::size_t>(Encoding::bayer_grbg8)].name == "bayer_grbg8");

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

const Layout* layout_of(Encoding encoding) noexcept {
    const auto number = static_cast<std::size_t>(encoding);
    return number < layouts.size() ? &layouts[number] : nullptr;
}

bool is_opencv_name(std::string_view name) noexcept {
    return !name.empty() && name.front() >= '0' && name.front() <= '9';
}

std::string known_names() {
    std::string names;
    for (const Layout& layout : layouts) names.append(names.empty() ? "" : ", ").append(layout.name);
    for (const Alias& alias : aliases) names.append(", ").append(alias.name);
    return names;
}

}  // namespace

std::string_view name_of(Encoding encoding) noexcept {
    const Layout* layout = layout_of(encoding);
    return layout ? layout->name : "unknown";
}

std::size_t bytes_per_pixel(Encoding encoding) noexcept {
    const Layout* layout = layout_of(encoding);
    return layout ? std::size_t{layout->channels} * layout->bytes_per_channel : 0;
}

std::size_t detail::image::bytes_per_channel(Encoding encoding) noexcept {
    const Layout* layout = layout_of(encoding);
    return layout ? layout->bytes_per_channel : 0;
}

result<Encoding> encoding_of(std::string_view name) {
    constexpr std::string_view opencv_prefix = "CV_";
    std::string_view wanted = name;
    if (name.starts_with(opencv_prefix) && is_opencv_name(name.substr(opencv_prefix.size())))
        wanted.remove_prefix(opencv_prefix.size());

    const auto named = [wanted](const auto& entry) { return entry.name == wanted; };
    if (const auto* layout = std::find_if(layouts.begin(), layouts.end(), named); layout != layouts.end())
        return static_cast<Encoding>(layout - layouts.begin());
    if (const auto* alias = std::find_if(aliases.begin(), aliases.end(), named); alias != aliases.end())
        return alias->encoding;
    return Failure(Errc::invalid_argument, "there is no pixel encoding '" + std::string(name.substr(0, 64)) +
                                               "'; use one of: " + known_names() +
                                               " (OpenCV type names may begin with CV_)");
}

}  // namespace handoff
