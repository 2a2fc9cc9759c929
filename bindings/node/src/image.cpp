#include <algorithm>
#include <cstring>

#include "fields.hpp"

namespace handoff::node {

napi_value value_of(napi_env env, const handoff_image& image) {
    if (image.encoding == HANDOFF_NONE) return undefined(env);
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

/// Refuses what is misspelled.
void check_fields(napi_env env, napi_value object) {
    napi_value names = nullptr;
    std::uint32_t count = 0;
    check(env, napi_get_property_names(env, object, &names));
    check(env, napi_get_array_length(env, names, &count));
    for (std::uint32_t index = 0; index < count; ++index) {
        napi_value key = nullptr;
        check(env, napi_get_element(env, names, index, &key));
        const std::string name = text_from(env, key, "the name of a field");
        if (std::ranges::find(image_fields, name) == std::end(image_fields))
            refuse(HANDOFF_INVALID_ARGUMENT,
                   "an image has no field '" + name +
                       "': width, height, encoding, step, captureTimeNs and frameId are known");
    }
}

}  // namespace

handoff_image image_from(napi_env env, napi_value object) {
    if (type_of(env, object) != napi_object)
        refuse(HANDOFF_INVALID_ARGUMENT,
               "an image is described by an object such as { width: 640, height: 480, encoding: 'bgr8' }, not " +
                   words(env, object));
    check_fields(env, object);
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
