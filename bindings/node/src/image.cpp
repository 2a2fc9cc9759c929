#include <algorithm>
#include <cstring>
#include <span>

#include "fields.hpp"

namespace handoff::node {

namespace {

napi_value array_value(napi_env env, const handoff_image& description) {
    handoff_array array{};
    check(handoff_array_from(&description, &array));
    napi_value object = nullptr, shape = nullptr;
    check(env, napi_create_object(env, &object));
    check(env, napi_create_array_with_length(env, array.rank, &shape));
    std::uint64_t bytes = handoff_dtype_bytes(array.dtype);
    for (std::uint32_t index = 0; index < array.rank; ++index) {
        bytes *= array.extents[index];
        check(env, napi_set_element(env, shape, index, count_of(env, array.extents[index])));
    }
    set(env, object, "dtype", value_of(env, std::string_view(handoff_dtype_name(array.dtype))));
    set(env, object, "shape", shape);
    set(env, object, "byteLength", count_of(env, bytes));
    set(env, object, "captureTimeNs", big_of(env, array.capture_time_ns));
    return object;
}

}  // namespace

napi_value value_of(napi_env env, const handoff_image& image) {
    if (image.encoding == HANDOFF_NONE) return undefined(env);
    if (image.encoding == HANDOFF_ARRAY) return array_value(env, image);
    handoff_pixel pixel{};
    check(handoff_encoding_pixel(image.encoding, &pixel));
    napi_value object = nullptr;
    check(env, napi_create_object(env, &object));
    set(env, object, "width", count_of(env, image.width));
    set(env, object, "height", count_of(env, image.height));
    set(env, object, "step", count_of(env, image.step));
    set(env, object, "encoding", value_of(env, std::string_view(handoff_encoding_name(image.encoding))));
    set(env, object, "channels", count_of(env, pixel.channels));
    set(env, object, "bytesPerChannel", count_of(env, pixel.bytes_per_channel));
    const char kind[]{static_cast<char>(pixel.kind), '\0'};
    set(env, object, "kind", value_of(env, std::string_view(kind)));
    set(env, object, "captureTimeNs", big_of(env, image.capture_time_ns));
    const auto end = std::find(std::begin(image.frame_id), std::end(image.frame_id), '\0');
    set(env, object, "frameId", value_of(env, std::string_view(image.frame_id, end)));
    return object;
}

namespace {

/// Those of a described image, too: it may be passed on as it is.
constexpr std::string_view image_fields[]{"width",   "height",   "encoding",        "step", "captureTimeNs",
                                          "frameId", "channels", "bytesPerChannel", "kind"};

constexpr std::string_view array_fields[]{"dtype", "shape", "captureTimeNs", "byteLength"};

/// Refuses what is misspelled.
void check_fields(napi_env env, napi_value object, std::span<const std::string_view> known, const char* sentence) {
    napi_value names = nullptr;
    std::uint32_t count = 0;
    check(env, napi_get_property_names(env, object, &names));
    check(env, napi_get_array_length(env, names, &count));
    for (std::uint32_t index = 0; index < count; ++index) {
        napi_value key = nullptr;
        check(env, napi_get_element(env, names, index, &key));
        const std::string name = text_from(env, key, "the name of a field");
        if (std::ranges::find(known, name) == known.end())
            refuse(HANDOFF_INVALID_ARGUMENT, "there is no field '" + name + "': " + sentence);
    }
}

handoff_image array_from(napi_env env, napi_value object) {
    check_fields(env, object, array_fields, "an array has dtype, shape and captureTimeNs");
    handoff_array array{};
    check(handoff_dtype_of(text_from(env, get(env, object, "dtype"), "dtype").c_str(), &array.dtype));
    const napi_value shape = get(env, object, "shape"), time = get(env, object, "captureTimeNs");
    bool is_array = false;
    check(env, napi_is_array(env, shape, &is_array));
    if (!is_array)
        refuse(HANDOFF_INVALID_ARGUMENT, "shape is an array of extents, such as [100, 6], not " + words(env, shape));
    check(env, napi_get_array_length(env, shape, &array.rank));
    for (std::uint32_t index = 0; index < std::min<std::uint32_t>(array.rank, HANDOFF_MAX_RANK); ++index) {
        napi_value extent = nullptr;
        check(env, napi_get_element(env, shape, index, &extent));
        array.extents[index] = static_cast<std::uint32_t>(count_from(env, extent, "an extent", UINT32_MAX));
    }
    if (!is_undefined(env, time)) array.capture_time_ns = ns_from(env, time, "captureTimeNs");
    handoff_image description{};
    check(handoff_array_describe(&array, &description, nullptr));
    return description;
}

}  // namespace

handoff_image image_from(napi_env env, napi_value object) {
    if (type_of(env, object) != napi_object)
        refuse(HANDOFF_INVALID_ARGUMENT,
               "an image is described by an object such as { width: 640, height: 480, encoding: 'bgr8' }, an array by "
               "{ dtype: 'float32', shape: [100, 6] }, not " +
                   words(env, object));
    if (!is_undefined(env, get(env, object, "dtype")) || !is_undefined(env, get(env, object, "shape")))
        return array_from(env, object);
    check_fields(env, object, image_fields, "an image has width, height, encoding, step, captureTimeNs and frameId");
    const auto side = [&](const char* name) {
        return static_cast<std::uint32_t>(count_from(env, get(env, object, name), name, UINT32_MAX));
    };
    const std::string encoding = text_from(env, get(env, object, "encoding"), "encoding");
    std::uint32_t number = 0;
    handoff_image image{};
    check(handoff_encoding_of(encoding.c_str(), &number));
    check(handoff_image_init(&image, side("width"), side("height"), number));
    const napi_value step = get(env, object, "step"), time = get(env, object, "captureTimeNs"),
                     frame = get(env, object, "frameId");
    if (!is_undefined(env, step)) image.step = count_from(env, step, "step", UINT64_MAX);
    if (!is_undefined(env, time)) image.capture_time_ns = ns_from(env, time, "captureTimeNs");
    if (is_undefined(env, frame)) return image;
    const std::string id = text_from(env, frame, "frameId");
    if (id.size() >= sizeof image.frame_id)
        refuse(HANDOFF_INVALID_ARGUMENT, "frameId '" + id + "' has " + std::to_string(id.size()) + " bytes: at most " +
                                             std::to_string(sizeof image.frame_id - 1) + " are possible");
    id.copy(image.frame_id, id.size());
    return image;
}

}  // namespace handoff::node
