#include "harness/summary.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "harness/plots.hpp"
#include "harness/to_string.hpp"

namespace bench {

namespace {

constexpr std::size_t column_count = 5;
using Cells = std::array<std::string, column_count>;

std::string figure_words(const Row& row, const Series* series) {
    if (series == nullptr) return "-";
    const double median = series->figure().median;
    return row.work().figure == Figure::nanoseconds ? time_words(median) : rate_words(median);
}

std::string ratio_words(const Row& row) {
    const Series* const handoff = row.find("handoff");
    const Series* const limit = row.find("limit");
    if (handoff == nullptr || limit == nullptr) return "-";
    const Ratio ratio = handoff->to(*limit);
    return ratio.is_noisy ? "too noisy" : factor_words(ratio.spread.median);
}

Cells cells_of(const Row& row) {
    const Series* const best = row.best_rival();
    return {row.work().title, figure_words(row, row.find("limit")), figure_words(row, row.find("handoff")),
            ratio_words(row), best == nullptr ? "-" : figure_words(row, best) + "  " + best->entrant().name};
}

/// 0: it has no figures, or there is no limit.
double cost_of(const Row& row, const Series& series) {
    const Series* const limit = row.find("limit");
    if (limit == nullptr || !series.has_figures()) return 0;
    const double ratio = series.to(*limit).spread.median;
    if (!(ratio > 0)) return 0;
    return row.work().figure == Figure::nanoseconds ? ratio : 1 / ratio;
}

}  // namespace

std::string summary_of(const std::deque<Row>& rows) {
    std::vector<Cells> lines{{"", "limit", "handoff", "of limit", "best rival"}};
    for (const Row& row : rows) lines.push_back(cells_of(row));
    std::array<std::size_t, column_count> widths{};
    for (std::size_t column = 0; column < column_count; ++column)
        for (const Cells& line : lines) widths[column] = std::max(widths[column], line[column].size());
    std::string text;
    for (const Cells& line : lines) {
        for (std::size_t column = 0; column < column_count; ++column) {
            const std::string padding(widths[column] - line[column].size(), ' ');
            const bool left = column == 0 || column + 1 == column_count;
            text += (column == 0 ? "" : "  ") + (left ? line[column] + padding : padding + line[column]);
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

Chart summary_chart(const std::deque<Row>& rows) {
    Chart chart{"times the limit's cost; 1 is the limit", factor_words, {}, {}};
    for (const Row& row : rows)
        add_category(chart, row.work().id, row, [&](const Series& series) { return cost_of(row, series); });
    drop_empty_lines(chart);
    return chart;
}

}  // namespace bench
