// Structs of the C interface as objects of JavaScript, field by field.
#pragma once

#include <array>
#include <cstddef>

#include "border.hpp"

namespace handoff::node {

struct Field {
    enum class Type { u32, u64, flag, word, text, id, ns, image };
    const char* name;
    Type type;
    std::size_t at;
    std::span<const std::string_view> words{};  ///< of a number that is written as a word
};

/// Stores the properties of an object in a struct. Texts go into `texts`, which the struct then points to. Refuses
/// what is not a field, and values that no field can have.
void fill(napi_env env, napi_value object, void* out, std::span<const Field> fields, std::vector<std::string>& texts);
/// Adds the fields of a struct to an object.
void add(napi_env env, napi_value object, const void* from, std::span<const Field> fields);
napi_value object_of(napi_env env, const void* from, std::span<const Field> fields);

// In image.cpp. Plain bytes are undefined.
napi_value value_of(napi_env env, const handoff_image& image);
handoff_image image_from(napi_env env, napi_value object);

inline constexpr std::array message_fields{
    Field{"byteLength", Field::Type::u64, offsetof(handoff_message_info, bytes)},
    Field{"sequence", Field::Type::u64, offsetof(handoff_message_info, sequence)},
    Field{"lost", Field::Type::u64, offsetof(handoff_message_info, lost)},
    Field{"publishedNs", Field::Type::ns, offsetof(handoff_message_info, published_ns)},
    Field{"image", Field::Type::image, offsetof(handoff_message_info, image)}};

inline constexpr std::string_view open_words[]{"create_or_attach", "create", "attach"};
inline constexpr std::string_view wait_words[]{"busy", "balanced", "sleep"};
inline constexpr std::string_view timestamps_words[]{"exact", "coarse"};
inline constexpr std::string_view sync_words[]{"futex", "boost"};
inline constexpr std::string_view lifetime_words[]{"until_last_leaves", "persistent"};
inline constexpr std::string_view start_words[]{"newest", "oldest", "next"};

}  // namespace handoff::node
