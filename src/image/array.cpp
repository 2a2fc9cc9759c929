#include <handoff/array.hpp>
#include <handoff/image.hpp>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>

#include "described/described.hpp"

namespace handoff {
namespace {

using detail::described::dtype_items;
using detail::described::dtype_words;

constexpr unsigned rank_shift = 8;
constexpr std::uint32_t byte_mask = 0xff;

static_assert(sizeof(Array::extents) == sizeof(Image::frame_id), "the extents stand in place of the frame id");

std::string text_of(const Array& array) {
    std::string text = std::string(name_of(array.dtype)) + " (";
    for (const std::uint32_t extent : array.shape()) text += std::to_string(extent) + ", ";
    if (array.rank > 0) text.resize(text.size() - (array.rank == 1 ? 1 : 2));
    return text + ")";
}

Failure refused(const std::string& what, const std::string& why) {
    return {Errc::invalid_argument, "the description of an array" + what + " is not valid: " + why};
}

/// Nothing if 64 bits cannot count them; as in numpy, an extent of 0 does not make the others arbitrary.
std::optional<std::uint64_t> bytes_of(const Array& array) noexcept {
    std::uint64_t bytes = bytes_per_element(array.dtype);
    bool is_empty = false;
    for (const std::uint32_t extent : array.shape()) {
        is_empty = is_empty || extent == 0;
        if (__builtin_mul_overflow(bytes, std::max(extent, 1U), &bytes)) return std::nullopt;
    }
    return is_empty ? 0 : bytes;
}

result<void> check(const Array& array, std::uint64_t available_bytes) {
    if (array.rank > Array::max_rank)
        return refused("", "it has " + std::to_string(array.rank) + " dimensions, at most 8 are possible");
    if (bytes_per_element(array.dtype) == 0)
        return refused("", "type number " + std::to_string(static_cast<unsigned>(array.dtype)) +
                               " is not known here; was it written by a newer version?");
    if (std::any_of(array.extents.begin() + array.rank, array.extents.end(), [](auto extent) { return extent != 0; }))
        return refused(", " + text_of(array) + ",", "the extents behind its last dimension are not 0");
    const auto bytes = bytes_of(array);
    if (!bytes) return refused(", " + text_of(array) + ",", "its bytes are more than 64 bits can count");
    if (*bytes > available_bytes)
        return Failure(Errc::too_large, "an array " + text_of(array) + " has " + std::to_string(*bytes) +
                                            " bytes, but only " + std::to_string(available_bytes) +
                                            " bytes are there; use a smaller array or a channel with larger slots");
    return success();
}

Dtype type_of_channel(Encoding encoding) noexcept {
    for (std::size_t at = 0; at < std::size(dtype_items); ++at)
        if (dtype_items[at].kind == kind_of(encoding) && dtype_items[at].bytes == bytes_per_channel(encoding))
            return static_cast<Dtype>(at + 1);
    return Dtype{};
}

Array seen_in(const Image& image) noexcept {
    const std::size_t pixel_bytes = bytes_per_pixel(image.encoding);
    if (pixel_bytes == 0 || image.step != std::uint64_t{image.width} * pixel_bytes) return {};
    const std::size_t channels = pixel_bytes / bytes_per_channel(image.encoding);
    Array array;
    array.dtype = type_of_channel(image.encoding);
    array.rank = channels > 1 ? 3 : 2;
    array.extents = {image.height, image.width, channels > 1 ? static_cast<std::uint32_t>(channels) : 0};
    array.capture_time_ns = image.capture_time_ns;
    return array;
}

}  // namespace

std::string_view name_of(Dtype dtype) noexcept {
    const auto at = static_cast<std::size_t>(dtype) - 1;
    return at < std::size(dtype_words) ? dtype_words[at] : "unknown";
}

result<Dtype> dtype_of(std::string_view name) {
    const auto* found = std::find(std::begin(dtype_words), std::end(dtype_words), name);
    if (found != std::end(dtype_words)) return static_cast<Dtype>(found - std::begin(dtype_words) + 1);
    std::string known;
    for (const std::string_view word : dtype_words) known.append(known.empty() ? "" : ", ").append(word);
    return Failure(Errc::invalid_argument,
                   "there is no type of elements '" + std::string(name.substr(0, 64)) + "'; use one of: " + known);
}

std::size_t bytes_per_element(Dtype dtype) noexcept {
    const auto at = static_cast<std::size_t>(dtype) - 1;
    return at < std::size(dtype_items) ? dtype_items[at].bytes : 0;
}

char kind_of(Dtype dtype) noexcept {
    const auto at = static_cast<std::size_t>(dtype) - 1;
    return at < std::size(dtype_items) ? dtype_items[at].kind : 'u';
}

result<Array> Array::of(Dtype dtype, std::span<const std::uint32_t> extents) {
    if (extents.size() > max_rank)
        return refused("", "it has " + std::to_string(extents.size()) + " dimensions, at most 8 are possible");
    Array array;
    array.dtype = dtype;
    array.rank = static_cast<std::uint32_t>(extents.size());
    std::copy(extents.begin(), extents.end(), array.extents.begin());
    if (auto checked = check(array, UINT64_MAX); !checked) return checked.error();
    return array;
}

std::uint64_t Array::element_count() const noexcept {
    std::uint64_t count = 1;
    for (const std::uint32_t extent : shape()) count *= extent;
    return count;
}

result<void> Array::check_elements(Dtype wanted, const void* bytes, std::size_t available_bytes) const {
    if (wanted != dtype && !(wanted == Dtype::uint8 && dtype == Dtype::type_bool))
        return Failure(Errc::invalid_argument,
                       is_array() ? "the elements of this array are " + std::string(name_of(dtype)) + ", not " +
                                        std::string(name_of(wanted))
                                  : "these are plain bytes, or an image with gaps between its rows, and no array");
    if (auto checked = check(*this, available_bytes); !checked) return checked;
    if (reinterpret_cast<std::uintptr_t>(bytes) % bytes_per_element(dtype) != 0)
        return Failure(Errc::invalid_argument, "the bytes are not aligned for " + std::string(name_of(dtype)) +
                                                   ": use a payload or a reply, or copy them");
    return success();
}

Image Array::description() const noexcept {
    Image image;
    image.encoding = Encoding::array;
    image.reserved = static_cast<std::uint32_t>(dtype) | std::min(rank, byte_mask) << rank_shift;
    image.capture_time_ns = capture_time_ns;
    std::memcpy(image.frame_id, extents.data(), sizeof image.frame_id);
    return image;
}

Array Array::from(const Image& description) noexcept {
    if (!description.is_array()) return seen_in(description);
    Array array;
    array.dtype = static_cast<Dtype>(description.reserved & byte_mask);
    array.rank = description.reserved >> rank_shift & byte_mask;
    array.capture_time_ns = description.capture_time_ns;
    std::memcpy(array.extents.data(), description.frame_id, sizeof description.frame_id);
    return array;
}

result<void> check_description(const Image& description, std::uint64_t available_bytes) {
    if (!description.is_array()) return check_image(description, available_bytes);
    const Array array = Array::from(description);
    const Image known = array.description();
    if (std::memcmp(&known, &description, sizeof known) != 0)
        return refused("", "fields that an array does not have are not 0; was it written by a newer version?");
    return check(array, available_bytes);
}

}  // namespace handoff
