// Opening a topic, for a publisher or a subscriber.
#pragma once

#include <handoff/topic.hpp>

#include <memory>

#include "broadcast/member.hpp"

namespace handoff::detail::topic {

/// Opens the topic and joins it; replaces an existing one that does not fit, if no live process uses it. Throws Error.
std::shared_ptr<broadcast::Member> open_topic(std::string_view name, const TopicShape& shape,
                                              const HandleOptions& handle, const broadcast::Member::Options& options);
TopicInfo info_of(const broadcast::Member& member);
TopicState state_of(const broadcast::Member& member);

}  // namespace handoff::detail::topic
