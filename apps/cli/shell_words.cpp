#include "cli/shell_words.hpp"

#include <boost/program_options/cmdline.hpp>

#include <algorithm>

namespace po = boost::program_options;

namespace handoff::apps {

std::vector<std::string> spellings(const po::option_description& option) {
    std::vector<std::string> names{"--" + option.long_name()};
    const std::string brief = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
    if (brief.size() == 2 && brief[0] == '-' && brief[1] != '-') names.push_back(brief);
    return names;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string shell_quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

std::string fish_quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) result += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c == '\n' ? ' ' : c);
    return result + "'";
}

std::string plain(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '[' || c == ']' || c == ':' || c == '\n'; }, ' ');
    return text;
}

const char* const bash_functions = R"(_handoff_names() {  # of segments, as they have to stand on the command line
    local name quoted
    while IFS= read -r name; do
        [[ $name == "$2"* ]] || continue
        printf -v quoted %q "$name"
        COMPREPLY+=("$quoted")
    done < <("$1" ls --names 2>/dev/null)
}
_handoff_files() {
    local file
    compopt -o filenames 2>/dev/null
    while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$1")
}
_handoff_words() {
    local word
    for word in $2; do [[ $word == "$1"* ]] && COMPREPLY+=("$word"); done
}
)";

const char* const zsh_functions = R"(_handoff_names() {
    local -a names
    names=("${(@f)$(_call_program names $_handoff_program ls --names)}")
    names=(${names:#})
    compadd -a names
}
)";

}  // namespace handoff::apps
