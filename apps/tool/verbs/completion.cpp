// Completion for shells, made from the tables of the verbs.
#include "cli/shell_words.hpp"
#include "tool/verbs.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <boost/smart_ptr/shared_ptr.hpp>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

/// What is meant by a word of the usage line, as FILE.png.
std::string shape_of_word(const std::string& word) {
    if (word.find("GLOB") != std::string::npos || word.find("NAME") != std::string::npos) return "segment";
    return word.find("FILE") != std::string::npos ? "file" : "value";
}

/// What stands after an option.
std::string shape_of(const po::option_description& option) {
    return option.semantic()->max_tokens() == 0 ? "" : shape_of_word(option.format_parameter());
}

/// A copy: options_of() returns the description itself, which would be gone.
std::vector<boost::shared_ptr<po::option_description>> all_options(const Verb& verb) {
    return options_of(verb).options();
}

std::string shape_of(const Verb& verb) {
    switch (verb.completes) {
        case Operand::segment:
            return "segment";
        case Operand::file:
            return "file";
        case Operand::word:
            return "word";
        case Operand::none:
            break;
    }
    return "none";
}

/// What belongs in the place of each operand, after what the usage line calls it: "NAME FILE.png" is {segment, file}.
std::vector<std::string> shapes_of_operands(const Verb& verb) {
    std::vector<std::string> shapes;
    std::istringstream words(verb.operands);
    for (std::string word; words >> word && !word.starts_with('-');)
        shapes.push_back(shapes.empty() ? shape_of(verb) : shape_of_word(word));
    return shapes;
}

/// What belongs in all places behind those.
std::string shape_of_more(const Verb& verb) {
    const auto shapes = shapes_of_operands(verb);
    return verb.most_operands == any_number && !shapes.empty() ? shapes.back() : "";
}

/// "bash|zsh|fish": the words themselves.
std::vector<std::string> words_of(const Verb& verb) {
    std::vector<std::string> words;
    std::string operands = verb.operands;
    if (verb.completes != Operand::word || operands.find('|') == std::string::npos) return words;
    for (std::size_t bar = 0; bar != std::string::npos; operands.erase(0, bar + 1)) {
        bar = operands.find('|');
        words.push_back(operands.substr(0, bar));
        if (bar == std::string::npos) break;
    }
    return words;
}

std::vector<std::string> all_spellings(const Verb& verb) {
    std::vector<std::string> all;
    for (const auto& option : all_options(verb))
        for (const std::string& name : spellings(*option)) all.push_back(name);
    return all;
}

/// Those that have a value behind them.
std::vector<std::string> spellings_with_value(const Verb& verb) {
    std::vector<std::string> all;
    for (const auto& option : all_options(verb))
        if (!shape_of(*option).empty())
            for (const std::string& name : spellings(*option)) all.push_back(name);
    return all;
}

std::string verb_names() {
    std::vector<std::string> names;
    for (const Verb* verb : verbs()) names.emplace_back(verb->name);
    return joined(names);
}

/// A variable, so that std::quoted() is not looked at.
constexpr auto quoted = shell_quoted;

// ---- bash -----------------------------------------------------------------------------------------------------------

constexpr const char* bash_head = "# handoff completion for bash: source <(handoff completion bash)\n";

constexpr const char* bash_begin = R"(_handoff() {
    local program=$1 word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
    local options='' operand=none operands=() more='' words='' value='' valued='' place=0 i
    COMPREPLY=()
    if [[ $word == = ]]; then
        word=''
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
)";

constexpr const char* bash_tail = R"(    esac
    case $verb:$before in
)";

constexpr const char* bash_end = R"(    esac
    for (( i = 2; i < COMP_CWORD; i++ )); do  # how many operands stand before this one
        if [[ ${COMP_WORDS[i+1]} == = ]]; then
            (( i += 2 ))
        elif [[ " $valued " == *" ${COMP_WORDS[i]} "* ]]; then
            (( i += 1 ))
        elif [[ ${COMP_WORDS[i]} != -* ]]; then
            (( place += 1 ))
        fi
    done
    [[ ${#operands[@]} -gt 0 ]] && operand=${operands[place]:-$more}
    [[ -n $value ]] && operand=$value
    if [[ -z $value && $word == -* ]]; then
        _handoff_words "$word" "$options"
        return
    fi
    case $operand in
        segment) _handoff_names "$program" "$word" ;;
        file) _handoff_files "$word" ;;
        word) _handoff_words "$word" "$words" ;;
    esac
}
complete -F _handoff handoff
)";

void print_bash() {
    std::cout << bash_head << bash_functions << bash_begin
              << "    if [[ $COMP_CWORD -eq 1 ]]; then\n        _handoff_words \"$word\" "
              << quoted(verb_names() + " help --help --version") << "\n        return\n    fi\n    case $verb in\n"
              << "        help) operand=word words=" << quoted(verb_names()) << " ;;\n";
    for (const Verb* verb : verbs())
        std::cout << "        " << verb->name << ") operands=(" << joined(shapes_of_operands(*verb)) << ")"
                  << " more=" << quoted(shape_of_more(*verb)) << " words=" << quoted(joined(words_of(*verb)))
                  << "\n            options=" << quoted(joined(all_spellings(*verb)))
                  << " valued=" << quoted(joined(spellings_with_value(*verb))) << " ;;\n";
    std::cout << bash_tail;
    for (const Verb* verb : verbs())
        for (const auto& option : all_options(*verb))
            for (const std::string& name : spellings(*option))
                if (!shape_of(*option).empty())
                    std::cout << "        " << verb->name << ":" << name << ") value=" << shape_of(*option) << " ;;\n";
    std::cout << bash_end;
}

// ---- zsh ------------------------------------------------------------------------------------------------------------

std::string zsh_action(const std::string& shape, const std::vector<std::string>& words) {
    if (shape == "segment") return "_handoff_names";
    if (shape == "file") return "_files";
    return shape == "word" && !words.empty() ? "(" + joined(words) + ")" : " ";
}

void print_zsh_verb(const Verb& verb) {
    std::cout << "        " << verb.name << ")\n            _arguments";
    for (const auto& option : all_options(verb)) {
        const std::string shape = shape_of(*option);
        for (const std::string& name : spellings(*option)) {
            std::string spec = name + "[" + plain(option->description()) + "]";
            if (!shape.empty()) spec += ":" + plain(option->format_parameter()) + ":" + zsh_action(shape, {});
            std::cout << " \\\n                " << quoted(spec);
        }
    }
    const auto shapes = shapes_of_operands(verb);
    const bool repeats = !shape_of_more(verb).empty();
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const std::string place = repeats && i + 1 == shapes.size() ? "*" : std::to_string(i + 1);
        std::cout << " \\\n                "
                  << quoted(place + ":" + plain(verb.operands) + ":" + zsh_action(shapes[i], words_of(verb)));
    }
    std::cout << " ;;\n";
}

void print_zsh() {
    std::cout << "#compdef handoff\n"
                 "# handoff completion for zsh: handoff completion zsh > a file _handoff in a folder of $fpath\n"
              << zsh_functions
              << "_handoff() {\n"
                 "    local _handoff_program=${(q)words[1]}\n"
                 "    local -a verbs\n"
                 "    verbs=(\n";
    for (const Verb* verb : verbs())
        std::cout << "        " << quoted(std::string(verb->name) + ":" + plain(verb->summary)) << "\n";
    std::cout << "        'help:more about a verb'\n    )\n"
                 "    if (( CURRENT == 2 )); then\n"
                 "        _describe verb verbs\n"
                 "        return\n"
                 "    fi\n"
                 "    shift words\n"
                 "    (( CURRENT-- ))\n"
                 "    case $words[1] in\n"
                 "        help) _describe verb verbs ;;\n";
    for (const Verb* verb : verbs()) print_zsh_verb(*verb);
    std::cout << "    esac\n}\n"
                 "if [[ ${funcstack[1]} == _handoff ]]; then  # loaded by its first use\n"
                 "    _handoff \"$@\"\n"
                 "else\n"
                 "    compdef _handoff handoff\n"
                 "fi\n";
}

// ---- fish -----------------------------------------------------------------------------------------------------------

std::string fish_values(const std::string& shape, const std::vector<std::string>& words) {
    if (shape == "segment") return " -a '(handoff ls --names 2>/dev/null)'";
    if (shape == "file") return " -F";
    return shape == "word" && !words.empty() ? " -a " + fish_quoted(joined(words)) : "";
}

constexpr const char* fish_head = R"(# handoff completion for fish: handoff completion fish | source
function __handoff_stands_at  # this place among the operands (-N: N-1 or behind) of this verb, whose options with a value follow
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = $argv[1]; or return 1
    set -l place 0
    set -l is_value 0
    for word in $words
        if test $is_value -eq 1
            set is_value 0
        else if contains -- $word $argv[3..-1]
            set is_value 1
        else if not string match -q -- '-*' $word
            set place (math $place + 1)
        end
    end
    set place (math $place - 2)  # the program and the verb
    test $place -eq $argv[2]; or begin; test $argv[2] -lt 0; and test $place -ge (math "-1 - $argv[2]"); end
end
complete -c handoff -f
)";

/// Offers in the place of operands. -1 - N: in the place N and all behind it.
void print_fish_operands(const Verb& verb) {
    const auto shapes = shapes_of_operands(verb);
    const bool repeats = !shape_of_more(verb).empty();
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const std::string values = fish_values(shapes[i], words_of(verb));
        const bool is_last = repeats && i + 1 == shapes.size();
        const std::string place = is_last ? "-" + std::to_string(i + 1) : std::to_string(i);
        if (!values.empty())
            std::cout << "complete -c handoff -n '__handoff_stands_at " << verb.name << " " << place << " "
                      << joined(spellings_with_value(verb)) << "'" << values << "\n";
    }
}

void print_fish() {
    std::cout << fish_head;
    for (const Verb* verb : verbs())
        std::cout << "complete -c handoff -n __fish_use_subcommand -a " << verb->name << " -d "
                  << fish_quoted(verb->summary) << "\n";
    std::cout << "complete -c handoff -n __fish_use_subcommand -a help -d 'more about a verb'\n"
              << "complete -c handoff -n '__fish_seen_subcommand_from help' -a " << fish_quoted(verb_names()) << "\n";
    for (const Verb* verb : verbs()) {
        const std::string after =
            "complete -c handoff -n '__fish_seen_subcommand_from " + std::string(verb->name) + "'";
        print_fish_operands(*verb);
        for (const auto& option : all_options(*verb)) {
            std::cout << after;
            for (const std::string& name : spellings(*option))
                std::cout << (name.size() == 2 ? " -s " + name.substr(1) : " -l " + name.substr(2));
            if (!shape_of(*option).empty()) std::cout << " -r" << fish_values(shape_of(*option), {});
            std::cout << " -d " << fish_quoted(option->description()) << "\n";
        }
    }
}

ExitCode run(const Invocation& invocation) {
    const std::string& shell = invocation.operands.front();
    if (shell == "bash")
        print_bash();
    else if (shell == "zsh")
        print_zsh();
    else if (shell == "fish")
        print_fish();
    else
        throw UsageError("there is no completion for '" + shell + "', only for bash, zsh and fish");
    return ExitCode::ok;
}

}  // namespace

const Verb completion{.name = "completion",
                      .operands = "bash|zsh|fish",
                      .least_operands = 1,
                      .most_operands = 1,
                      .completes = Operand::word,
                      .summary = "a script that teaches a shell to complete",
                      .description =
                          "Prints a script that completes verbs, options and the names of segments that exist.\n"
                          "  bash: source <(handoff completion bash)              in ~/.bashrc\n"
                          "  zsh:  handoff completion zsh > FOLDER/_handoff       for a FOLDER in $fpath\n"
                          "  fish: handoff completion fish | source               in ~/.config/fish/config.fish",
                      .add_options = nullptr,
                      .run = run};

}  // namespace handoff::apps::tool
