#include "mcap/ros_image.hpp"

#include <algorithm>
#include <limits>

namespace handoff::apps::mcap {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::uint32_t little_endian_cdr = 0x100;  // the bytes 00 01 00 00
constexpr std::size_t encapsulation_bytes = 4;      // alignment counts from behind it

struct Stamp {
    std::int32_t seconds;
    std::uint32_t nanoseconds;
};

/// Nothing if it is not between 1901 and 2038, which is all that fits.
std::optional<Stamp> stamp_of(std::int64_t time_ns) {
    std::int64_t seconds = time_ns / second_ns;
    if (time_ns % second_ns < 0) --seconds;
    if (seconds < std::numeric_limits<std::int32_t>::min() || seconds > std::numeric_limits<std::int32_t>::max())
        return std::nullopt;
    return Stamp{static_cast<std::int32_t>(seconds), static_cast<std::uint32_t>(time_ns - seconds * second_ns)};
}

std::int64_t time_of(Stamp stamp) {
    return stamp.seconds * second_ns + stamp.nanoseconds;
}

void align_to_4(ByteWriter& out, std::size_t start) {
    while ((out.size() - start) % 4 != 0) out.u8(0);
}

void write_cdr_text(ByteWriter& out, std::string_view text) {
    out.u32(static_cast<std::uint32_t>(text.size() + 1));
    out.bytes(std::as_bytes(std::span(text)));
    out.u8(0);
}

/// Reads what align_to_4 and write_cdr_text write.
class CdrReader {
public:
    explicit CdrReader(Bytes bytes) : size_(bytes.size()), in_(bytes) {}

    std::uint8_t u8() { return in_.u8(); }
    std::uint32_t u32() {
        in_.bytes((4 - (size_ - in_.rest().size()) % 4) % 4);
        return in_.u32();
    }
    /// Without the NUL that ends it.
    std::string_view text() {
        const Bytes taken = in_.bytes(u32());
        return {reinterpret_cast<const char*>(taken.data()), taken.empty() ? 0 : taken.size() - 1};
    }
    Bytes bytes(std::uint64_t count) { return in_.bytes(count); }
    bool ok() const { return in_.ok(); }

private:
    std::size_t size_;
    ByteReader in_;
};

/// True where a pixel has values of more than one byte, which have an order.
bool has_byte_order(std::string_view encoding) {
    constexpr std::string_view wide[]{"16", "32", "64"};
    return std::ranges::any_of(wide,
                               [&](std::string_view bits) { return encoding.find(bits) != std::string_view::npos; });
}

}  // namespace

const Schema& image_schema() {
    static const std::string line(80, '=');
    static const Schema schema{"sensor_msgs/msg/Image", "ros2msg",
                               "std_msgs/Header header\n"
                               "uint32 height\n"
                               "uint32 width\n"
                               "string encoding\n"
                               "uint8 is_bigendian\n"
                               "uint32 step\n"
                               "uint8[] data\n" +
                                   line +
                                   "\n"
                                   "MSG: std_msgs/Header\n"
                                   "builtin_interfaces/Time stamp\n"
                                   "string frame_id\n" +
                                   line +
                                   "\n"
                                   "MSG: builtin_interfaces/Time\n"
                                   "int32 sec\n"
                                   "uint32 nanosec\n"};
    return schema;
}

bool fits_ros_image(const Image& image, std::uint64_t payload_bytes) noexcept {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    return image.is_image() && image.step <= most && payload_bytes <= most;
}

void write_image_head(std::vector<std::byte>& head, const Image& image, std::string_view topic,
                      std::uint64_t publish_time_ns, std::uint64_t payload_bytes) {
    head.clear();
    ByteWriter out(head);
    const auto captured = image.capture_time_ns != 0 ? stamp_of(image.capture_time_ns) : std::nullopt;
    const Stamp stamp =
        captured ? *captured : stamp_of(static_cast<std::int64_t>(publish_time_ns)).value_or(Stamp{0, 0});
    out.u32(little_endian_cdr);
    out.u32(static_cast<std::uint32_t>(stamp.seconds));
    out.u32(stamp.nanoseconds);
    write_cdr_text(out, image.frame().empty() ? topic : image.frame());
    align_to_4(out, encapsulation_bytes);
    out.u32(image.height);
    out.u32(image.width);
    write_cdr_text(out, name_of(image.encoding));
    out.u8(0);  // is_bigendian
    align_to_4(out, encapsulation_bytes);
    out.u32(static_cast<std::uint32_t>(image.step));
    out.u32(static_cast<std::uint32_t>(payload_bytes));
}

std::optional<RosImage> read_ros_image(Bytes message, std::string_view topic, std::uint64_t publish_time_ns) {
    ByteReader encapsulation(message);
    if (encapsulation.u32() != little_endian_cdr) return std::nullopt;  // big endian, or another encoding altogether
    CdrReader in(encapsulation.rest());
    const Stamp stamp{static_cast<std::int32_t>(in.u32()), in.u32()};
    const std::string_view frame = in.text();
    const std::uint32_t height = in.u32();
    const std::uint32_t width = in.u32();
    const auto encoding = encoding_of(in.text());
    const bool big_endian = in.u8() != 0;
    const std::uint32_t step = in.u32();
    const Bytes payload = in.bytes(in.u32());
    if (!in.ok() || !encoding || (big_endian && has_byte_order(name_of(*encoding)))) return std::nullopt;

    RosImage read{Image::of(width, height, *encoding), payload};
    read.image.step = step;
    if (time_of(stamp) != static_cast<std::int64_t>(publish_time_ns)) read.image.capture_time_ns = time_of(stamp);
    if (frame != topic) read.image.set_frame_id(frame);
    if (!check_image(read.image, payload.size())) return std::nullopt;
    return read;
}

}  // namespace handoff::apps::mcap
