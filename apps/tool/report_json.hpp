// What is seen of a segment, as JSON. docs/tool-json.md describes it.
#pragma once

#include "tool/monitor.hpp"

#include <handoff/error.hpp>

#include <string>

namespace handoff::apps::tool {

/// One object on one line: what does not fit the schema "handoff/2" any more needs another name there.
std::string report_json(const Look& look, bool with_participants_and_slots);

/// "no_such_segment", "timed_out", ...; "unknown" for an unknown code.
const char* name_of(const Failure& failure) noexcept;

}  // namespace handoff::apps::tool
