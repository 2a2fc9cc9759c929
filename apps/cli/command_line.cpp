#include "cli/command_line.hpp"

#include "cli/exit_code.hpp"
#include "cli/roff.hpp"
#include "cli/shell_words.hpp"

#include <handoff/version.hpp>

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <sstream>

namespace po = boost::program_options;

namespace handoff::apps {

namespace {

std::string usage(const CommandLine& line) {
    return line.program + " [OPTION...]" + (line.operands.empty() ? "" : " ") + line.operands;
}

void print_help(const CommandLine& line) {
    std::cout << usage(line) << "\n"
              << line.description << "\n"
              << line.options << "\n"
              << line.more << "\n"
              << format_exit_codes();
}

// ---- manual page ----------------------------------------------------------------------------------------------------

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

constexpr const char* environment = R"(.SH ENVIRONMENT
.TP
.B TERM
type of the terminal; with \fIdumb\fR, and without it, nothing is drawn that the next line overwrites
.TP
.B NO_COLOR
changes nothing: there are no colours
.SH SEE ALSO
)";

void print_manual(const CommandLine& line) {
    const std::string name = upper_case(line.program);
    std::cout << ".TH " << name << " 1 \"\" \"handoff " << roff(HANDOFF_VERSION) << "\" \"User Commands\"\n"
              << ".SH NAME\n"
              << line.program << " \\- " << roff(line.summary) << "\n"
              << ".SH SYNOPSIS\n.B " << line.program << "\n.RI [ OPTION ...]\n"
              << (line.operands.empty() ? "" : ".I " + roff(line.operands) + "\n") << ".SH DESCRIPTION\n"
              << sentences_in_roff(line.description) << ".SH OPTIONS\n";
    for (const auto& option : line.options.options()) std::cout << option_in_roff(*option);
    std::cout << ".SH NOTES\n" << sentences_in_roff(line.more) << ".SH EXIT STATUS\n";
    const std::string codes = format_exit_codes();
    std::cout << sentences_in_roff(codes.substr(codes.find('\n') + 1)) << environment
              << (line.program == "sender" ? "" : ".BR sender (1),\n")
              << (line.program == "receiver" ? "" : ".BR receiver (1),\n") << ".BR handoff (1)\n";
}

// ---- completion -----------------------------------------------------------------------------------------------------

/// What stands behind an option.
struct Value {
    std::string shape;  ///< "segment", "file", "word", "value" (no completion), or empty: nothing
    std::vector<std::string> words;
};

/// "NAME" of "NAME (=frames)".
std::string parameter_of(const po::option_description& option) {
    const std::string parameter = option.format_parameter();
    return parameter.substr(0, parameter.find(' '));
}

Value value_of(const CommandLine& line, const po::option_description& option) {
    if (option.semantic()->max_tokens() == 0) return {};
    if (const auto words = line.words.find(option.long_name()); words != line.words.end())
        return {"word", words->second};
    const std::string parameter = parameter_of(option);
    if (parameter == "NAME") return {"segment", {}};
    return {parameter == "DIR" ? "file" : "value", {}};
}

constexpr const char* bash_begin =
    R"(    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=''
    COMPREPLY=()
    if [[ $word == = ]]; then
        word=''
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
    case $before in
)";

constexpr const char* bash_end = R"(    esac
    case $value in
        segment) _handoff_names handoff "$word" ;;
        file) _handoff_files "$word" ;;
        word) _handoff_words "$word" "$words" ;;
    esac
}
)";

void print_bash(const CommandLine& line) {
    std::vector<std::string> options;
    std::cout << "# " << line.program << " completion for bash: source <(" << line.program << " --completion bash)\n"
              << bash_functions << "_" << line.program
              << "() {\n    local value=" << (line.operands.empty() ? "" : "file") << "\n"
              << bash_begin;
    for (const auto& option : line.options.options()) {
        options.push_back("--" + option->long_name());
        const Value value = value_of(line, *option);
        if (!value.shape.empty())
            std::cout << "        --" << option->long_name() << ") value=" << value.shape
                      << " words=" << shell_quoted(joined(value.words)) << " ;;\n";
    }
    std::cout << "        *) [[ $word == -* ]] && value=word words=" << shell_quoted(joined(options)) << " ;;\n"
              << bash_end << "complete -F _" << line.program << " " << line.program << "\n";
}

std::string zsh_action(const Value& value) {
    if (value.shape == "segment") return "_handoff_names";
    if (value.shape == "file") return "_files";
    return value.shape == "word" ? "(" + joined(value.words) + ")" : " ";
}

void print_zsh(const CommandLine& line) {
    const std::string function = "_" + line.program;
    std::cout << "#compdef " << line.program << "\n# " << line.program << " completion for zsh: " << line.program
              << " --completion zsh > a file " << function << " in a folder of $fpath\n"
              << zsh_functions << function << "() {\n    local _handoff_program=handoff\n    _arguments";
    for (const auto& option : line.options.options()) {
        const Value value = value_of(line, *option);
        std::string spec = "--" + option->long_name() + "[" + plain(option->description()) + "]";
        if (!value.shape.empty()) spec += ":" + parameter_of(*option) + ":" + zsh_action(value);
        std::cout << " \\\n        " << shell_quoted(spec);
    }
    if (!line.operands.empty()) std::cout << " \\\n        " << shell_quoted("*:" + line.operands + ":_files");
    std::cout << "\n}\nif [[ ${funcstack[1]} == " << function << " ]]; then  # loaded by its first use\n    "
              << function << " \"$@\"\nelse\n    compdef " << function << " " << line.program << "\nfi\n";
}

std::string fish_values(const Value& value) {
    if (value.shape == "segment") return " -r -f -a '(handoff ls --names 2>/dev/null)'";
    if (value.shape == "file") return " -r -F";
    if (value.shape == "word") return " -r -f -a " + fish_quoted(joined(value.words));
    return value.shape.empty() ? "" : " -r -f";
}

void print_fish(const CommandLine& line) {
    const std::string complete = "complete -c " + line.program;
    std::cout << "# " << line.program << " completion for fish: " << line.program << " --completion fish | source\n"
              << complete << (line.operands.empty() ? " -f" : " -F") << "\n";
    for (const auto& option : line.options.options())
        std::cout << complete << " -l " << option->long_name() << fish_values(value_of(line, *option)) << " -d "
                  << fish_quoted(option->description()) << "\n";
}

void print_completion(const CommandLine& line, const std::string& shell) {
    if (shell == "bash") return print_bash(line);
    if (shell == "zsh") return print_zsh(line);
    if (shell == "fish") return print_fish(line);
    throw UsageError("--completion: there is none for '" + shell + "', only for bash, zsh and fish");
}

}  // namespace

void add_options_about(po::options_description& options) {
    options.add_options()("help", po::bool_switch(), "this text; -h, too")("version", po::bool_switch(), "the version")(
        "man", po::bool_switch(), "the manual page, for 'man -l -'")(
        "completion", value("SHELL"), "a script that teaches bash, zsh or fish to complete");
}

bool print_information(const CommandLine& line, const Arguments& arguments) {
    if (arguments.flag("help"))
        print_help(line);
    else if (arguments.flag("version"))
        std::cout << line.program << " " << HANDOFF_VERSION << "\n";
    else if (arguments.flag("man"))
        print_manual(line);
    else if (arguments.given("completion"))
        print_completion(line, arguments.text("completion"));
    else
        return false;
    return true;
}

}  // namespace handoff::apps
