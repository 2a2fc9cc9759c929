#include "tool/verb.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <sstream>

namespace po = boost::program_options;

namespace handoff::apps::tool {

const Verb* find_verb(const std::string& name) {
    const auto all = verbs();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Verb* verb) { return name == verb->name; });
    return found == all.end() ? nullptr : *found;
}

po::options_description options_of(const Verb& verb) {
    po::options_description options("Options", 100);
    if (verb.add_options != nullptr) verb.add_options(options);
    options.add_options()("help,h", po::bool_switch(), "this text");
    return options;
}

std::string help_of(const Verb& verb) {
    std::ostringstream text;
    text << "handoff " << verb.name << " [OPTION...]" << (*verb.operands == '\0' ? "" : " ") << verb.operands << "\n"
         << verb.description << "\n\n"
         << options_of(verb);
    return text.str();
}

void add_json_option(po::options_description& options) {
    options.add_options()("json", po::bool_switch(), "JSON on stdout; docs/tool-json.md describes it");
}

}  // namespace handoff::apps::tool
