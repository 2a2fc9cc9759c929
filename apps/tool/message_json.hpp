// One message as a JSON object on one line; docs/tool-json.md describes it.
#pragma once

#include "tool/tap.hpp"

#include <handoff/inspect.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace handoff::apps::tool {

enum class Payload { none, hex, text };

std::string message_json(const inspect::Report& report, const Passed& message);
std::string message_json(const std::string& name, const inspect::Copied& message, std::span<const std::byte> bytes,
                         Payload payload);

}  // namespace handoff::apps::tool
