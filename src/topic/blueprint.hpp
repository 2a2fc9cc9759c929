// The shape of a topic's segment, and the checks of a requested shape.
#pragma once

#include <handoff/topic.hpp>

#include <array>
#include <cstdint>

#include "segment/open_or_replace.hpp"
#include "segment/segment.hpp"

namespace handoff::detail::topic {

/// The traits of a topic for segment::open_or_replace().
struct Pattern {
    using Shape = TopicShape;
    static constexpr std::string_view word = "topic";
    static constexpr std::string_view size_field = "payload_bytes";
    static constexpr std::string_view size_question = "how large is one message?";

    static std::optional<std::uint64_t> size_of(const TopicShape& shape) noexcept { return shape.payload_bytes; }
    static result<void> check(const TopicShape& shape);
    static segment::Blueprint blueprint_for(const TopicShape& shape);
    static segment::Blueprint blueprint_of(const segment::ClaimedShape& claimed);
    static void initialise(std::byte* base, const segment::Geometry& geometry);
    static std::array<segment::Demand, 6> demands(const TopicShape& shape, const segment::Geometry& existing);
    static bool is_persistent(const segment::Geometry& existing) noexcept;
    static std::uint32_t visit(segment::Segment segment);
};

}  // namespace handoff::detail::topic
