// What `handoff info` says of a recording.
#pragma once

#include "tool/recording/reader.hpp"

#include <string>

namespace handoff::apps::tool::recording {

/// True if somebody who types this means a file: there is one, or it has the ending of one, and no segment has the
/// name.
bool is_meant(const std::string& name);

/// Lines for a person.
std::string description_in_words(Reader& reader);
/// One line; docs/tool-json.md tells what is in it.
std::string description_json(Reader& reader);

}  // namespace handoff::apps::tool::recording
