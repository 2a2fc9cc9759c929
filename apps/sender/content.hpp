// The type of a file by its first bytes, not by its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace handoff::apps::sender {

enum class InputKind : std::uint8_t {
    picture,  ///< one
    pages,    ///< several pictures that are read one by one: a TIFF with pages, JPEGs one behind the other
    video,
};

/// By content; by extension where the content is not recognised, and for what is not a file (an address, a device).
/// Nothing: no kind of picture or video that is known.
std::optional<InputKind> kind_of(const std::filesystem::path& path);

/// By the beginning of its bytes, where that is one that no text has by chance; without JPEG, PNG and TIFF.
std::optional<InputKind> kind_by_signature(std::string_view text);

/// True for a picture in a format that OpenCV knows nothing of, or was built without: HEIF, AVIF, JPEG 2000 and so on.
bool is_unsupported_picture(const std::filesystem::path& path);

}  // namespace handoff::apps::sender
