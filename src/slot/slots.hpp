// The slots of a segment, reached through the trusted geometry only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "segment/geometry.hpp"
#include "slot/slots_layout.hpp"

namespace handoff::detail::slot {

/// A held slot, and its word while it is held.
struct Held {
    std::uint32_t slot = 0;
    std::uint64_t word = 0;
};

class Slots {
public:
    Slots(std::byte* segment_base, const segment::Geometry& geometry) noexcept
        : first_(segment_base + geometry.slots_offset), first_received_(first_), geometry_(geometry) {}

    /// What is received is given out from another mapping of the segment.
    void receive_from(const std::byte* read_only_base) noexcept {
        first_received_ = read_only_base + geometry_.slots_offset;
    }

    /// Places a free SharedData into each slot of zeroed memory.
    void place() const noexcept {
        for (std::uint32_t index = 0; index < count(); ++index) ::new (address(index)) SharedData;
    }

    std::uint32_t count() const noexcept { return geometry_.slot_count; }
    /// REQUIRES: index < count()
    SharedData& operator[](std::uint32_t index) const noexcept {
        return *std::launder(reinterpret_cast<SharedData*>(address(index)));
    }
    std::span<std::byte> payload_area(std::uint32_t index) const noexcept {
        return {(*this)[index].data, geometry_.payload_bytes};
    }
    std::span<std::byte> reply_area(std::uint32_t index) const noexcept {
        return {(*this)[index].data + geometry_.reply_offset, geometry_.reply_bytes};
    }
    /// The same bytes for those that may not write them.
    std::span<const std::byte> received_payload(std::uint32_t index) const noexcept {
        return {received_data(index), geometry_.payload_bytes};
    }
    std::span<const std::byte> received_reply(std::uint32_t index) const noexcept {
        return {received_data(index) + geometry_.reply_offset, geometry_.reply_bytes};
    }

    /// True if all slots together fit into a core's own cache: then any free slot is as good as another.
    bool are_small() const noexcept { return count() * geometry_.slot_stride <= 1024 * 1024; }

private:
    std::byte* address(std::uint32_t index) const noexcept { return first_ + index * geometry_.slot_stride; }

    const std::byte* received_data(std::uint32_t index) const noexcept {
        return first_received_ + index * geometry_.slot_stride + offsetof(SharedData, data);
    }

    std::byte* first_;
    const std::byte* first_received_;
    segment::Geometry geometry_;
};

}  // namespace handoff::detail::slot
