// Opening a channel, for a sender or a receiver.
#pragma once

#include <handoff/channel.hpp>

#include <string_view>

#include "queue/member.hpp"

namespace handoff::detail::channel {

/// Opens the channel and joins it; replaces an existing one that does not fit, if no live process uses it and nothing
/// is unread. Throws Error: see Sender::Sender.
slot::LenderPtr<queue::Member> open_channel(std::string_view name, const ChannelShape& shape,
                                            const HandleOptions& handle, participants::Role role);

}  // namespace handoff::detail::channel
