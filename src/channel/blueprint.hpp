// The shape of a channel's segment, and the checks on what a user asks for.
#pragma once

#include <handoff/channel.hpp>

#include "channel/channel_layout.hpp"
#include "segment/geometry.hpp"
#include "segment/segment.hpp"

namespace handoff::detail::channel {

/// Refuses nonsense before anything is created or opened. Errors: invalid_argument.
result<void> check_options(const ChannelOptions& options);

/// What segment::Segment needs to know to open or create the channel `name`. REQUIRES: check_options() agreed.
segment::OpenRequest open_request(std::string_view name, const ChannelOptions& options);

/// The number of ring cells in a channel of that geometry.
std::uint32_t ring_cells(const segment::Geometry& geometry) noexcept;

}  // namespace handoff::detail::channel
