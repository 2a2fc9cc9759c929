// Opening a topic, for a publisher or a subscriber.
#pragma once

#include <handoff/topic.hpp>

#include <memory>

#include "slots/broadcast_member.hpp"

namespace handoff::detail::topic {

/// Opens the topic and joins it; replaces an existing one that does not fit, if no live process uses it. Throws Error.
std::shared_ptr<slot::BroadcastMember> open_topic(std::string_view name, const TopicShape& shape,
                                                  const HandleOptions& handle,
                                                  const slot::BroadcastMember::Options& options);
TopicInfo info_of(const slot::BroadcastMember& member);
TopicState state_of(const slot::BroadcastMember& member);

}  // namespace handoff::detail::topic
