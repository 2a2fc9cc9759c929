// What senders and receivers have in common on the C side.
#pragma once

#include <handoff/c/channel.h>
#include <handoff/channel.hpp>

namespace handoff::detail::c {

/// The parts of the C side's options.
struct ChannelOpening {
    ChannelShape shape;
    HandleOptions handle;
};
/// Throws Error if the options are invalid.
ChannelOpening channel_opening(const handoff_channel_options* options);
handoff_status fill_info(const ChannelInfo& info, handoff_channel_info* out);
handoff_status fill_state(const ChannelState& state, handoff_channel_state* out);
handoff_status fill_text(const std::string& text, char* buffer, std::size_t buffer_bytes);

}  // namespace handoff::detail::c
