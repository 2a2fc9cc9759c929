// The screen of top as lines of styled text, so that it can be looked at without a terminal.
#pragma once

#include "tool/top/model.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::apps::tool {

enum class Style { plain, title, heading, sorted, faint, yellow, red, magenta };

struct Piece {
    std::string text;  ///< printable ASCII
    Style style = Style::plain;
};

struct Line {
    std::vector<Piece> pieces;
    bool is_selected = false;
    std::string text() const;
};

struct Page {
    std::vector<Line> lines;        ///< at most as many as the screen has, none wider than it
    std::size_t body = 0;           ///< lines of the list or of the details: what a page key moves by
    std::size_t most_scrolled = 0;  ///< of the details
};

Page page_of(const Model& model, std::size_t columns, std::size_t rows);

/// Other people's words, without what a terminal would obey.
std::string printable(std::string_view text);

}  // namespace handoff::apps::tool
