#include "tool/top/page.hpp"

#include "cli/units.hpp"
#include "cli/utf8.hpp"
#include "tool/findings.hpp"
#include "tool/format.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <sstream>
#include <utility>

namespace handoff::apps::tool {

namespace {

/// A column: the smaller its rank, the longer it stays when the screen gets narrow.
struct Shape {
    Column column;
    const char* title;
    std::size_t width;  ///< of the name: the least, where there are long ones
    int rank;
    bool is_left;  ///< where its text stands
};
constexpr int people = 0;  // never hidden, at any width: a stopped receiver would look like none
constexpr std::size_t least_name = 4, least_bar = 12;
constexpr std::array<Shape, column_count> shapes{{{Column::name, "NAME", 12, 0, true},
                                                  {Column::kind, "KIND", 7, 9, true},
                                                  {Column::slots, "SLOTS", 17, 3, true},
                                                  {Column::alive, "LIVE", 4, people, false},
                                                  {Column::stopped, "STOP", 4, people, false},
                                                  {Column::dead, "DEAD", 4, people, false},
                                                  {Column::messages, "MSG/S", 8, 1, false},
                                                  {Column::bytes, "MB/S", 8, 7, false},
                                                  {Column::p50, "P50", 8, 8, false},
                                                  {Column::p99, "P99", 8, 5, false},
                                                  {Column::lost, "LOST", 8, 4, false},
                                                  {Column::redelivered, "REDELIV", 7, 10, false},
                                                  {Column::age, "AGE", 8, 2, false}}};

std::size_t total_width(const std::vector<Shape>& chosen) {
    std::size_t width = chosen.size() - 1;
    for (const Shape& shape : chosen) width += shape.width;
    return width;
}

/// What fits. Names may take a third of the screen from the numbers, and what these leave.
std::vector<Shape> columns_for(std::size_t columns, const std::vector<Row>& rows) {
    std::vector<Shape> chosen(shapes.begin(), shapes.end());
    std::size_t longest = 0;
    for (const Row& row : rows) longest = std::max(longest, row.name.size());
    std::size_t& name = chosen.front().width;
    name = std::max(name, std::min(longest, columns / 3));
    const auto last_ranked = [&] {
        return std::max_element(chosen.begin(), chosen.end(),
                                [](const Shape& left, const Shape& right) { return left.rank < right.rank; });
    };
    for (Shape& shape : chosen)
        if (shape.column == Column::slots && total_width(chosen) > columns) shape.width = least_bar;
    while (last_ranked()->rank > people && total_width(chosen) > columns) chosen.erase(last_ranked());
    if (total_width(chosen) > columns) name -= std::min(name - least_name, total_width(chosen) - columns);
    const std::size_t width = total_width(chosen);
    if (width < columns) name += std::min(columns - width, longest - std::min(longest, name));
    return chosen;
}

std::string padded(const std::string& text, std::size_t width, bool is_left) {
    if (text.size() > width) return text.substr(0, width);
    const std::string gap(width - text.size(), ' ');
    return is_left ? text + gap : gap + text;
}

std::string short_number(double value) {
    if (value == 0) return "0";
    if (value < 100) return fixed(value, 1);
    if (value < 1e5) return fixed(value, 0);
    if (value < 1e8) return fixed(value / 1e3, 0) + "k";
    return value < 1e11 ? fixed(value / 1e6, 0) + "M" : fixed(value / 1e9, 0) + "G";
}

std::string short_number(std::uint64_t value) {
    return value < 100'000 ? std::to_string(value) : short_number(static_cast<double>(value));
}

std::string or_dash(const std::optional<std::chrono::nanoseconds>& duration) {
    return duration ? format_duration(*duration) : "-";
}

std::string or_dash(const std::optional<double>& value, double unit) {
    return value ? short_number(*value / unit) : "-";
}

/// "[|||||    5/8]"
std::string bar(std::uint64_t used, std::uint64_t slots, std::size_t width) {
    std::string inside(width - 2, ' ');
    const std::size_t full = slots == 0 ? 0 : static_cast<std::size_t>(used * inside.size() / slots);
    std::fill_n(inside.begin(), std::min(full, inside.size()), '|');
    const std::string numbers = std::to_string(used) + "/" + std::to_string(slots);
    if (numbers.size() < inside.size()) inside.replace(inside.size() - numbers.size(), numbers.size(), numbers);
    return "[" + inside + "]";
}

std::string cell(const Row& row, const Shape& shape) {
    switch (shape.column) {
        case Column::name:
            return printable(row.name);
        case Column::kind:
            return row.kind;
        case Column::slots:
            return bar(row.used, row.slots, shape.width);
        case Column::alive:
            return short_number(row.alive);
        case Column::stopped:
            return short_number(row.stopped);
        case Column::dead:
            return short_number(row.dead);
        case Column::messages:
            return or_dash(row.messages_per_second, 1);
        case Column::bytes:
            return or_dash(row.bytes_per_second, 1e6);
        case Column::p50:
            return or_dash(row.delay_p50);
        case Column::p99:
            return or_dash(row.delay_p99);
        case Column::lost:
            return short_number(row.lost);
        case Column::redelivered:
            return short_number(row.redelivered);
        case Column::age:
            return format_age(row.newest_age);
    }
    return "";
}

Style style_of(const Row& row, Column column) {
    if (column == Column::slots && row.is_full) return row.is_stuck ? Style::red : Style::yellow;
    if (column == Column::dead && row.dead > 0) return Style::red;
    if (column == Column::stopped && row.stopped > 0) return Style::yellow;
    if (column == Column::lost && row.is_losing) return Style::magenta;
    return Style::plain;
}

Line line_of(const Row& row, const std::vector<Shape>& chosen, std::size_t columns) {
    Line line;
    if (!row.problem.empty()) {
        const std::string name = padded(printable(row.name), chosen.front().width, true);
        line.pieces.push_back({name.substr(0, columns), Style::plain});
        line.pieces.push_back(
            {(" " + printable(row.problem)).substr(0, columns - std::min(columns, name.size())), Style::red});
        return line;
    }
    for (const Shape& shape : chosen) {
        if (!line.pieces.empty()) line.pieces.push_back({" ", Style::plain});
        line.pieces.push_back({padded(cell(row, shape), shape.width, shape.is_left), style_of(row, shape.column)});
    }
    return line;
}

Line headings(const std::vector<Shape>& chosen, Column sorted) {
    Line line;
    for (const Shape& shape : chosen) {
        if (!line.pieces.empty()) line.pieces.push_back({" ", Style::heading});
        line.pieces.push_back(
            {padded(shape.title, shape.width, shape.is_left), shape.column == sorted ? Style::sorted : Style::heading});
    }
    return line;
}

const char* title_of(Column column) {
    return std::find_if(shapes.begin(), shapes.end(), [&](const Shape& shape) { return shape.column == column; })
        ->title;
}

Line one_piece(std::string text, Style style) {
    return {{{std::move(text), style}}, false};
}

Line title(const Model& model) {
    std::string text = "handoff top: " + counted(model.segments(), "segment") + ", every " +
                       format_duration(model.interval()) + ", by " + title_of(model.sorted_by());
    if (model.is_reversed()) text += " reversed";
    if (model.is_editing_filter())
        text += ", filter: " + printable(model.filter()) + "_";
    else if (!model.filter().empty())
        text += ", only *" + printable(model.filter()) + "*";
    if (model.is_paused()) text += ", PAUSED";
    return one_piece(text, Style::title);
}

Line footer(const Model& model) {
    const char* keys = "q quit  s S sort  r reverse  / filter  Enter details  p pause  + - interval";
    if (model.shows_details()) keys = "q quit  Esc back  Up Down scroll  p pause  + - interval";
    if (model.is_editing_filter()) keys = "type a part of the name, Enter keeps it, Esc shows all";
    return one_piece(keys, Style::faint);
}

void cut(Line& line, std::size_t columns) {
    for (Piece& piece : line.pieces) {
        if (piece.text.size() > columns) piece.text.resize(columns);
        columns -= piece.text.size();
    }
}

/// Cut into lines of that width at blanks; a longer word is cut off by the edge of the screen.
std::vector<std::string> wrapped(const std::string& text, const std::string& indent, std::size_t columns) {
    std::vector<std::string> lines;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (lines.empty() || lines.back().size() + 1 + word.size() > columns)
            lines.push_back((lines.empty() ? indent : std::string(indent.size(), ' ')) + word);
        else
            lines.back() += " " + word;
    }
    return lines;
}

/// The findings of `info` for the selected segment, with advice: at most so many lines.
std::vector<Line> sentences_of(const Model& model, std::size_t columns, std::size_t most) {
    std::vector<Line> lines;
    const Look* look = model.details();
    if (look == nullptr || !look->report || model.rows().empty()) return lines;
    for (const Finding& finding : findings(*look->report)) {
        for (const std::string& text : wrapped(printable(model.selected_name() + ": " + finding.what), "* ", columns))
            lines.push_back(one_piece(text, Style::yellow));
        for (const std::string& text : wrapped(printable(finding.advice), "  -> ", columns))
            lines.push_back(one_piece(text, Style::plain));
    }
    if (lines.size() <= most) return lines;
    lines.resize(most);
    if (most > 0)
        lines.back() = one_piece("  ... `handoff info " + printable(model.selected_name()) + "`", Style::faint);
    return lines;
}

void add_list(Page& page, const Model& model, std::size_t columns) {
    const std::vector<Shape> chosen = columns_for(columns, model.rows());
    page.lines.push_back(headings(chosen, model.sorted_by()));
    const std::size_t all = page.body;
    const std::vector<Line> sentences = sentences_of(model, columns, all / 2);
    page.body -= sentences.size();
    const std::size_t selected = model.selected();
    const std::size_t first = selected < page.body ? 0 : selected - page.body + 1;
    const auto& rows = model.rows();
    for (std::size_t at = first; at < rows.size() && at < first + page.body; ++at) {
        page.lines.push_back(line_of(rows[at], chosen, columns));
        page.lines.back().is_selected = at == selected;
    }
    if (rows.empty() && page.body > 0)
        page.lines.push_back(one_piece(model.segments() == 0 ? "There are no segments of such a name (yet)."
                                                             : "No name fits the filter; Esc shows all.",
                                       Style::faint));
    while (page.lines.size() < page.body + 2) page.lines.emplace_back();
    page.lines.insert(page.lines.end(), sentences.begin(), sentences.end());
}

Line participant_line(const inspect::Participant& participant) {
    const Style style = participant.life == inspect::Life::dead      ? Style::red
                        : participant.life == inspect::Life::stopped ? Style::yellow
                                                                     : Style::plain;
    const auto measured = [](const inspect::LatencyHistogram& histogram) {
        return histogram.count() == 0 ? "-" : format_duration(histogram.percentile(99));
    };
    return one_piece(
        padded(std::to_string(participant.index), 4, false) + " " +
            padded(inspect::to_string(participant.role), 10, true) + " " +
            padded(inspect::to_string(participant.life), 7, true) + " " +
            padded(std::to_string(participant.pid), 8, false) + " " + padded(printable(participant.program), 16, true) +
            " " + padded(short_number(participant.messages), 8, false) + " " +
            padded(short_number(participant.timeouts), 8, false) + " " +
            padded(short_number(participant.lost), 8, false) + " " + padded(measured(participant.delay), 8, false) +
            " " + padded(measured(participant.work), 8, false),
        style);
}

Line slot_line(const inspect::Slot& slot) {
    const std::string name =
        padded(std::to_string(slot.index), 5, false) + " " + padded(inspect::to_string(slot.state), 10, true);
    if (slot.state == inspect::SlotState::free) return one_piece(name, Style::faint);
    std::string holders = slot.owner ? std::to_string(*slot.owner) : "";
    for (const std::uint32_t index : slot.pinned_by) holders += (holders.empty() ? "" : ",") + std::to_string(index);
    std::string what = format_bytes(slot.bytes);
    if (slot.image.is_described()) what += ", " + format_description(slot.image);
    return one_piece(name + " " + padded(slot.kept ? "yes" : "", 4, true) + " " + padded(holders, 10, true) + " " +
                         padded(format_duration(slot.since), 10, false) + " " +
                         padded(std::to_string(slot.sequence), 10, false) + "  " + what,
                     Style::plain);
}

std::vector<Line> details_of(const inspect::Report& report) {
    std::vector<Line> lines;
    lines.push_back(
        one_piece(std::string(inspect::to_string(report.kind)) + ", " + counted(report.slot_list.size(), "slot") +
                      " of " + format_bytes(report.payload_bytes) + ", segment of " +
                      format_bytes(report.segment_bytes) + ", created by process " + std::to_string(report.creator_pid),
                  Style::plain));
    lines.push_back(
        one_piece("   # ROLE       LIFE         PID PROGRAM          MESSAGES TIMEOUTS     LOST      P99 WORK P99",
                  Style::heading));
    for (const auto& participant : report.participants) lines.push_back(participant_line(participant));
    lines.push_back(one_piece(" SLOT STATE      KEPT HELD BY         SINCE   SEQUENCE  WHAT", Style::heading));
    for (const auto& slot : report.slot_list) lines.push_back(slot_line(slot));
    return lines;
}

void add_details(Page& page, const Model& model) {
    const Look* look = model.details();
    std::vector<Line> lines;
    if (look == nullptr)
        lines.push_back(one_piece("It is gone; Esc goes back.", Style::red));
    else if (look->problem)
        lines.push_back(one_piece(printable(look->problem->message()), Style::red));
    else if (look->report)
        lines = details_of(*look->report);
    page.lines.push_back(one_piece(printable(model.selected_name()), Style::sorted));
    page.most_scrolled = lines.size() > page.body ? lines.size() - page.body : 0;
    const auto first = std::min(model.scrolled(), page.most_scrolled);
    for (std::size_t at = first; at < lines.size() && at < first + page.body; ++at) page.lines.push_back(lines[at]);
}

}  // namespace

std::string Line::text() const {
    std::string text;
    for (const Piece& piece : pieces) text += piece.text;
    return text;
}

Page page_of(const Model& model, std::size_t columns, std::size_t rows) {
    Page page;
    page.body = rows > 3 ? rows - 3 : 0;
    page.lines.push_back(title(model));
    if (model.shows_details())
        add_details(page, model);
    else
        add_list(page, model, columns);
    while (page.lines.size() + 1 < rows) page.lines.emplace_back();
    page.lines.push_back(footer(model));
    if (page.lines.size() > rows) page.lines.resize(rows);
    for (Line& line : page.lines) cut(line, columns);
    return page;
}

std::string printable(std::string_view text) {
    std::string clean;
    for (; !text.empty(); text.remove_prefix(std::max<std::size_t>(utf8_length(text), 1)))
        clean += text.front() < ' ' || text.front() > '~' ? '?' : text.front();
    return clean;
}

}  // namespace handoff::apps::tool
