// Parts of manual pages.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <string>

namespace handoff::apps {

/// Text as roff takes it: no backslash, hyphen or dot at the front means anything.
std::string roff(const std::string& text);
/// As manual pages have it: "-o, --output FILE.mcap", and what holds without it behind the sentence.
std::string option_in_roff(const boost::program_options::option_description& option);
/// Lines are filled as wide as the page is, but those that are indented stay as they are.
std::string sentences_in_roff(const std::string& text);

}  // namespace handoff::apps
