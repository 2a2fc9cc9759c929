#include "tool/table.hpp"

#include "cli/utf8.hpp"

#include <algorithm>

namespace handoff::apps::tool {

namespace {

bool is_right(const std::string& heading) {
    return heading.starts_with('>');
}

std::string padded(const std::string& cell, std::size_t width, bool right) {
    const std::string spaces(width - std::min(width, characters_in(cell)), ' ');
    return right ? spaces + cell : cell + spaces;
}

}  // namespace

std::string Table::str(const std::string& indent) const {
    std::vector<std::vector<std::string>> lines{headings_};
    for (std::string& heading : lines.front())
        if (is_right(heading)) heading.erase(0, 1);
    lines.insert(lines.end(), rows_.begin(), rows_.end());
    std::vector<std::size_t> widths(headings_.size(), 0);
    for (const auto& line : lines)
        for (std::size_t column = 0; column < line.size(); ++column)
            widths[column] = std::max(widths[column], characters_in(line[column]));
    std::string text;
    for (const auto& line : lines) {
        std::string words = indent;
        for (std::size_t column = 0; column < line.size(); ++column)
            words += (column == 0 ? "" : "  ") + padded(line[column], widths[column], is_right(headings_[column]));
        words.erase(words.find_last_not_of(' ') + 1);
        text += words + "\n";
    }
    return text;
}

}  // namespace handoff::apps::tool
