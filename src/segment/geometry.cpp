#include "segment/geometry.hpp"

#include <array>
#include <bit>

#include "segment/packed.hpp"

namespace handoff::detail::segment {
namespace {

/// Adds and multiplies, and records whether anything left the range.
class Sum {
public:
    void align() noexcept { add((cache_line_bytes - bytes_ % cache_line_bytes) % cache_line_bytes); }
    void add(std::uint64_t bytes) noexcept { good_ = good_ && !__builtin_add_overflow(bytes_, bytes, &bytes_); }
    void add(std::uint64_t count, std::uint64_t bytes) noexcept {
        std::uint64_t product = 0;
        good_ = good_ && !__builtin_mul_overflow(count, bytes, &product);
        add(product);
    }
    std::uint64_t bytes() const noexcept { return bytes_; }
    bool good() const noexcept { return good_ && bytes_ <= INT64_MAX; }

private:
    std::uint64_t bytes_ = 0;
    bool good_ = true;
};

}  // namespace

bool lay_out(const Blueprint& blueprint, Geometry& geometry) noexcept {
    Sum slot_data;
    slot_data.add(blueprint.payload_bytes);
    slot_data.align();
    geometry.reply_offset = slot_data.bytes();
    slot_data.add(blueprint.reply_bytes);

    Sum slot;
    slot.add(blueprint.slot_header_bytes);
    slot.align();
    slot.add(slot_data.bytes());
    slot.align();
    geometry.slot_stride = slot.bytes();

    Sum segment;
    segment.add(sizeof(SegmentHeader));
    segment.align();
    geometry.participants_offset = segment.bytes();
    segment.add(blueprint.participant_count, blueprint.participant_bytes);
    segment.align();
    geometry.control_offset = segment.bytes();
    segment.add(blueprint.control_bytes);
    segment.align();
    geometry.pairs_offset = segment.bytes();
    segment.add(blueprint.pair_count, blueprint.pair_bytes);
    segment.align();
    geometry.slots_offset = segment.bytes();
    segment.add(blueprint.slot_count, geometry.slot_stride);

    geometry.segment_bytes = segment.bytes();
    geometry.participant_count = blueprint.participant_count;
    geometry.slot_count = blueprint.slot_count;
    geometry.pair_count = blueprint.pair_count;
    geometry.payload_bytes = blueprint.payload_bytes;
    geometry.reply_bytes = blueprint.reply_bytes;
    geometry.settings = blueprint.settings;
    return slot_data.good() && slot.good() && segment.good();
}

std::uint64_t fingerprint_of(std::initializer_list<std::uint64_t> numbers) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto mix = [&hash](std::uint64_t number) {
        // Byte by byte in memory order: a machine of another byte order gets another fingerprint.
        for (const unsigned char byte : std::bit_cast<std::array<unsigned char, sizeof number>>(number)) {
            hash ^= byte;
            hash *= 0x100000001b3;
        }
    };
    mix(packed({sizeof(void*), sizeof(SegmentHeader), cache_line_bytes}));
    for (const std::uint64_t number : numbers) mix(number);
    return hash;
}

}  // namespace handoff::detail::segment
