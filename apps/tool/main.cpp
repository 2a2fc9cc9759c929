// handoff: shows and explains what is going on in segments, cleans up, records and plays.
#include "cli/program.hpp"
#include "tool/verb.hpp"

#include <handoff/inspect.hpp>
#include <handoff/version.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace po = boost::program_options;

namespace {

using namespace handoff::apps;
using namespace handoff::apps::tool;

void print_help() {
    std::cout
        << "handoff VERB [OPTION...] [WORD...]\n"
           "Looks at channels, topics and latest values in shared memory, without disturbing their participants.\n"
           "\n";
    for (const Verb* verb : verbs())
        std::cout << "  " << std::left << std::setw(36) << (std::string(verb->name) + " " + verb->operands)
                  << verb->summary << "\n";
    std::cout << "\n'handoff VERB --help' describes a verb.\n\n" << format_exit_codes(true);
}

/// What a verb is called elsewhere: in ROS 2, iceoryx2, DDS tools and shells.
constexpr std::array<std::pair<const char*, const char*>, 17> elsewhere{{{"list", "ls"},
                                                                         {"status", "ls"},
                                                                         {"show", "info"},
                                                                         {"describe", "info"},
                                                                         {"sub", "echo"},
                                                                         {"subscribe", "echo"},
                                                                         {"pub", "send"},
                                                                         {"publish", "send"},
                                                                         {"receive", "recv"},
                                                                         {"delay", "lat"},
                                                                         {"latency", "lat"},
                                                                         {"bandwidth", "bw"},
                                                                         {"rate", "hz"},
                                                                         {"rec", "record"},
                                                                         {"replay", "play"},
                                                                         {"remove", "rm"},
                                                                         {"delete", "rm"}}};

std::string which_verb_was_meant(const std::string& word) {
    for (const auto& [theirs, ours] : elsewhere)
        if (word == theirs) return std::string("; did you mean '") + ours + "'?";
    std::vector<std::string> names;
    for (const Verb* verb : verbs()) names.emplace_back(verb->name);
    return handoff::inspect::did_you_mean(word, names);
}

/// Which option of the verb was meant by the first one that it does not have; "" where all are known.
std::string which_option_was_meant(const po::options_description& options, int argc, const char* const* argv) {
    std::vector<std::string> names;
    for (const auto& option : options.options())
        if (option->long_name() != "operand") names.push_back("--" + option->long_name());
    for (int i = 1; i < argc; ++i) {
        const std::string word(argv[i], std::strcspn(argv[i], "="));
        if (!word.starts_with("--") || word == "--") continue;
        if (std::find(names.begin(), names.end(), word) == names.end())
            return handoff::inspect::did_you_mean(word, names);
    }
    return "";
}

Arguments parsed(int argc, const char* const* argv, const po::options_description& options,
                 const po::positional_options_description& positional) try {
    return {argc, argv, options, positional, ShortForms::yes};
} catch (const UsageError& error) {
    throw UsageError(error.what() + which_option_was_meant(options, argc, argv));
}

ExitCode run_verb(const Verb& verb, int argc, const char* const* argv) {
    po::options_description all(options_of(verb));
    all.add_options()("operand", po::value<std::vector<std::string>>(), "");
    po::positional_options_description positional;
    positional.add("operand", -1);
    const Arguments arguments = parsed(argc, argv, all, positional);
    if (arguments.flag("help")) {
        std::cout << help_of(verb);
        return ExitCode::ok;
    }
    const auto operands = arguments.texts("operand");
    if (operands.size() < verb.least_operands || operands.size() > verb.most_operands)
        throw UsageError(std::string("the words are: handoff ") + verb.name + " " + verb.operands);
    return verb.run({arguments, operands});
}

ExitCode run(int argc, const char* const* argv) {
    const std::string first = argc < 2 ? "--help" : argv[1];
    if (first == "--version") {
        std::cout << "handoff " << HANDOFF_VERSION << "\n";
        return ExitCode::ok;
    }
    if (first == "--help" || first == "-h" || (first == "help" && argc < 3)) {
        print_help();
        return ExitCode::ok;
    }
    const std::string name = first == "help" ? argv[2] : first;
    const Verb* verb = find_verb(name);
    if (verb == nullptr) throw UsageError("there is no verb '" + name + "'" + which_verb_was_meant(name));
    if (first != "help") return run_verb(*verb, argc - 1, argv + 1);
    std::cout << help_of(*verb);
    return ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
    const bool has_verb = argc > 1 && find_verb(argv[1]) != nullptr;
    return run_program(has_verb ? std::string("handoff ") + argv[1] : "handoff", [&] { return run(argc, argv); });
}
