// What `handoff info` prints about a recording.
#pragma once

#include "mcap/reader.hpp"

#include <string>

namespace handoff::apps::tool::recording {

using namespace mcap;  // the format

/// True if an operand means a file: there is one, or it has the ending of one, and no segment has the name.
bool is_meant(const std::string& name);

/// Lines for a person.
std::string format_description(Reader& reader);
/// One line; docs/tool-json.md describes it.
std::string description_json(Reader& reader);

}  // namespace handoff::apps::tool::recording
