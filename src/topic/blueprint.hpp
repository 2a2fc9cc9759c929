// The shape of a topic's segment, and the checks on what a user asks for.
#pragma once

#include <handoff/topic.hpp>

#include <string>

#include "segment/segment.hpp"

namespace handoff::detail::topic {

/// Refuses nonsense before anything is created or opened. Errors: invalid_argument.
result<void> check_options(const TopicOptions& options);

/// What segment::Segment needs to know to open or create the topic `name`. REQUIRES: check_options() agreed.
segment::OpenRequest open_request(std::string_view name, const TopicOptions& options);

/// Why an existing topic is not what was asked for, or "".
std::string why_unsuitable(const TopicOptions& asked, const segment::Geometry& existing);

}  // namespace handoff::detail::topic
