// The shape of a channel's segment, and the checks of a requested shape.
#pragma once

#include <handoff/channel.hpp>

#include <array>
#include <cstdint>

#include "segment/geometry.hpp"
#include "segment/open_or_replace.hpp"
#include "segment/segment.hpp"

namespace handoff::detail::channel {

/// The traits of a channel for segment::open_or_replace().
struct Pattern {
    using Shape = ChannelShape;
    static constexpr std::string_view word = "channel";
    static constexpr std::string_view size_field = "payload_bytes";
    static constexpr std::string_view size_question = "how large is one message?";

    static std::optional<std::uint64_t> size_of(const ChannelShape& shape) noexcept { return shape.payload_bytes; }
    static result<void> check(const ChannelShape& shape);
    static segment::Blueprint blueprint_for(const ChannelShape& shape);
    static segment::Blueprint blueprint_of(const segment::ClaimedShape& claimed);
    static void initialise(std::byte* base, const segment::Geometry& geometry);
    static std::array<segment::Demand, 7> demands(const ChannelShape& shape, const segment::Geometry& existing);
    static bool is_persistent(const segment::Geometry& existing) noexcept;
    static std::uint32_t visit(segment::Segment segment);
};

}  // namespace handoff::detail::channel
