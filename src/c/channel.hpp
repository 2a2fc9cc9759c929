// What senders and receivers have in common on the C side.
#pragma once

#include <handoff/c/channel.h>
#include <handoff/channel.hpp>

namespace handoff::detail::c {

/// Throws Error if the shape is invalid. Null: one that asks for nothing, and attaches only.
ChannelShape shape_from(const handoff_channel_shape* shape);
handoff_status fill_info(const ChannelInfo& info, handoff_channel_info* out);
handoff_status fill_state(const ChannelState& state, handoff_channel_state* out);
handoff_status fill_text(const std::string& text, char* buffer, std::size_t buffer_bytes);

}  // namespace handoff::detail::c
