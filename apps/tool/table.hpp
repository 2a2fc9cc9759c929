// Columns for people: as wide as what is in them.
#pragma once

#include <string>
#include <vector>

namespace handoff::apps::tool {

class Table {
public:
    /// A heading that begins with '>' makes a column of numbers, aligned to the right.
    explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
    /// REQUIRES: as many cells as there are headings.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    bool empty() const noexcept { return rows_.empty(); }
    /// Lines that end with a newline, the headings first; each begins with `indent`.
    std::string str(const std::string& indent = "") const;

private:
    std::vector<std::string> headings_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace handoff::apps::tool
