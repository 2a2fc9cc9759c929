// What a program without verbs takes: help, manual page and completion are made from it, so that none of them can
// promise what another does not know.
#pragma once

#include "cli/arguments.hpp"

#include <boost/program_options/options_description.hpp>

#include <map>
#include <string>
#include <vector>

namespace handoff::apps {

struct CommandLine {
    std::string program;
    std::string operands;  ///< "INPUT...", which are files; empty: there are none
    std::string summary;   ///< half a line: what it does
    std::string description;
    std::string more;  ///< examples and the like: a line without indentation is a sentence, or ends with ':'
    boost::program_options::options_description options;    ///< those of add_options_about() included
    std::map<std::string, std::vector<std::string>> words;  ///< what may stand behind an option, where that is a choice
};

/// Adds --help, --version, --man and --completion.
void add_options_about(boost::program_options::options_description& options);
/// Prints what one of the options of add_options_about() asks for; false if there is none of them. Throws UsageError
/// for a shell that is not known.
bool print_information(const CommandLine& line, const Arguments& arguments);

}  // namespace handoff::apps
