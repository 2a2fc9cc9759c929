// The shape of a latest value's segment, the checks of a requested shape, and opening.
#pragma once

#include <handoff/latest.hpp>

#include <array>
#include <cstdint>
#include <memory>

#include "broadcast/member.hpp"
#include "segment/open_or_replace.hpp"
#include "segment/segment.hpp"

namespace handoff::detail::latest {

/// The traits of a latest value for segment::open_or_replace().
struct Pattern {
    using Shape = LatestShape;
    static constexpr std::string_view word = "latest value";
    static constexpr std::string_view size_field = "capacity_bytes";
    static constexpr std::string_view size_question = "how large is the value?";

    static std::optional<std::uint64_t> size_of(const LatestShape& shape) noexcept { return shape.capacity_bytes; }
    static result<void> check(const LatestShape& shape);
    static segment::Blueprint blueprint_for(const LatestShape& shape);
    static segment::Blueprint blueprint_of(const segment::ClaimedShape& claimed);
    static void initialise(std::byte* base, const segment::Geometry& geometry);
    static std::array<segment::Demand, 3> demands(const LatestShape& shape, const segment::Geometry& existing);
    static bool is_persistent(const segment::Geometry& existing) noexcept;
    static std::uint32_t visit(segment::Segment segment);
};

/// Opens the latest value and joins it, unless read_only; replaces one that does not fit, if no live process uses it.
/// Throws Error.
std::shared_ptr<broadcast::Member> open_latest(std::string_view name, const LatestShape& shape,
                                               const LatestOptions& options);

}  // namespace handoff::detail::latest
