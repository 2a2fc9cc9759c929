// What the tool can do: one Verb each. Help, man page and shell completion are made from these tables, so that none of
// them can promise what another does not know.
#pragma once

#include "cli/arguments.hpp"
#include "cli/exit_code.hpp"

#include <boost/program_options/options_description.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace handoff::apps::tool {

/// One run of a verb: its options, and the words that belong to none.
struct Invocation {
    const Arguments& arguments;
    const std::vector<std::string>& operands;
};

/// What a shell offers to complete in the place of operands.
enum class Operand { none, segment, file, word };

struct Verb {
    const char* name;
    const char* operands;  ///< as the usage line shows them: "NAME FILE.png"
    std::size_t least_operands;
    std::size_t most_operands;
    Operand completes;
    const char* summary;      ///< half a line for the list of verbs
    const char* description;  ///< sentences, each line at most 100 columns
    /// Adds what it takes beside --help; nullptr: nothing.
    void (*add_options)(boost::program_options::options_description& options);
    /// Throws UsageError for words that make no sense, Error for what is refused. Data goes to stdout, words to stderr.
    ExitCode (*run)(const Invocation& invocation);
};

inline constexpr std::size_t any_number = static_cast<std::size_t>(-1);

/// In the order in which help shows them.
std::span<const Verb* const> verbs();
/// Or nullptr.
const Verb* find_verb(const std::string& name);
/// The verb's options, --help included.
boost::program_options::options_description options_of(const Verb& verb);
/// "handoff ls [OPTION...] [GLOB...]", description, options.
std::string help_of(const Verb& verb);

/// Adds --json, for verbs that print data.
void add_json_option(boost::program_options::options_description& options);

}  // namespace handoff::apps::tool
