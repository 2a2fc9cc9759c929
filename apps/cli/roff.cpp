#include "cli/roff.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <sstream>

namespace po = boost::program_options;

namespace handoff::apps {

std::string roff(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) escaped += "\\&";
        if (c == '\\')
            escaped += "\\e";
        else if (c == '-')
            escaped += "\\-";
        else if (c == '\'')
            escaped += "\\(aq";
        else
            escaped += c;
    }
    return escaped;
}

std::string option_in_roff(const po::option_description& option) {
    const std::string brief = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
    const bool is_brief = brief.size() == 2 && brief[1] != '-';
    std::string head =
        ".TP\n\\fB" + roff(is_brief ? brief + ", --" + option.long_name() : "--" + option.long_name()) + "\\fR";
    std::string standard;
    if (option.semantic()->max_tokens() > 0) {
        std::string parameter = option.format_parameter();  // "D (=250ms)"
        if (const auto at = parameter.find(" (="); at != std::string::npos) {
            standard = " (default: " + parameter.substr(at + 3);
            parameter.erase(at);
        }
        head += " \\fI" + roff(parameter) + "\\fR";
    }
    return head + "\n" + roff(option.description() + standard) + "\n";
}

std::string sentences_in_roff(const std::string& text) {
    std::string page;
    std::istringstream lines(text);
    bool is_filled = true;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(' ') == is_filled) {
            page += is_filled ? ".nf\n" : ".fi\n";
            is_filled = !is_filled;
        }
        page += line.empty() ? ".P\n" : roff(line) + "\n";
    }
    return is_filled ? page : page + ".fi\n";
}

}  // namespace handoff::apps
