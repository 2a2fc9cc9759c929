#include "tool/message_json.hpp"

#include "cli/json.hpp"

#include <string_view>

namespace handoff::apps::tool {

namespace {

void add_description(JsonObject& object, const Image& image) {
    if (image.is_array()) {
        const Array array = Array::from(image);
        object.add("dtype", name_of(array.dtype)).add("shape", array.shape());
        object.add("capture_time_ns", std::to_string(array.capture_time_ns));
    }
    if (!image.is_image()) return;
    object.add("width", std::uint64_t{image.width}).add("height", std::uint64_t{image.height});
    object.add("step_bytes", std::uint64_t{image.step});
    object.add("encoding", name_of(image.encoding)).add("frame_id", image.frame());
    object.add("capture_time_ns", std::to_string(image.capture_time_ns));
}

std::uint64_t age_ns(std::chrono::steady_clock::time_point then) {
    const auto age = std::chrono::steady_clock::now() - then;
    return age.count() > 0 ? static_cast<std::uint64_t>(age / std::chrono::nanoseconds(1)) : 0;
}

std::string in_hex(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<unsigned>(byte) >> 4];
        text += digits[std::to_integer<unsigned>(byte) & 0xf];
    }
    return text;
}

}  // namespace

std::string message_json(const inspect::Report& report, const Passed& message) {
    JsonObject object;
    object.add("segment", report.name).add("sender", message.sender).add("sequence", message.sequence);
    object.add("state", to_string(message.state)).add("deliveries", std::uint64_t{message.deliveries});
    object.add("payload_bytes", message.bytes);
    add_description(object, message.image);
    return object.str();
}

std::string message_json(const std::string& name, const inspect::Copied& message, std::span<const std::byte> bytes,
                         Payload payload) {
    JsonObject object;
    object.add("segment", name).add("sequence", message.sequence).add("lost", message.lost);
    object.add_exact("age_ns", age_ns(message.published_at)).add("payload_bytes", std::uint64_t{message.size});
    add_description(object, message.image);
    if (payload == Payload::hex) object.add("payload", in_hex(bytes));
    if (payload == Payload::text)
        object.add("payload", std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    return object.str();
}

}  // namespace handoff::apps::tool
