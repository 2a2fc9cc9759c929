// Parts of the scripts that teach shells to complete.
//
// Names of segments are other people's words: they reach the command line quoted, and are never expanded on the way.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <string>
#include <vector>

namespace handoff::apps {

/// "--output", "-o".
std::vector<std::string> spellings(const boost::program_options::option_description& option);
/// With a space between two of them.
std::string joined(const std::vector<std::string>& words);
/// In single quotes, for bash and zsh.
std::string shell_quoted(const std::string& text);
/// In single quotes; fish knows \\ and \' in them.
std::string fish_quoted(const std::string& text);
/// Without what zsh's _arguments and _describe take for their own.
std::string plain(std::string text);

/// Functions of bash that offer for a word: _handoff_names TOOL WORD the names of segments that exist, as they have to
/// stand on the command line, _handoff_files WORD, _handoff_words WORD "CHOICE CHOICE".
extern const char* const bash_functions;
/// A function of zsh that offers the names of segments; the tool to ask is $_handoff_program.
extern const char* const zsh_functions;

}  // namespace handoff::apps
