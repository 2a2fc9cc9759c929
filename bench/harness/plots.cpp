#include "harness/plots.hpp"

#include <algorithm>

#include "harness/to_string.hpp"

namespace bench {

namespace {

struct Plan {
    const char* file;
    const char* title;
    const char* prefix;  ///< of the ids that take part
    const char* suffix;
    Figure figure;
};

constexpr Plan plans[] = {
    {"w1-busy.svg", "W1  round trip by size, busy", "W1.", ".busy", Figure::nanoseconds},
    {"w1-balanced.svg", "W1  round trip by size, balanced", "W1.", ".balanced", Figure::nanoseconds},
    {"w1-sleep.svg", "W1  round trip by size, sleep", "W1.", ".sleep", Figure::nanoseconds},
    {"w2.svg", "W2  messages per second, one way", "W2.", "", Figure::per_second},
    {"w9-slots.svg", "W9  round trip of 64 B by the number of slots, busy", "W9.slots.", "", Figure::nanoseconds},
    {"w9-participants.svg", "W9  round trip of 64 B by who is attached, busy", "W9.participants.", "",
     Figure::nanoseconds},
    {"w9-payload.svg", "W9  round trip by size, 8 B touched, busy", "W9.payload.", "", Figure::nanoseconds},
};

/// The part of the id that tells this row from the others of the plan; empty if it is none of them.
std::string category_of(const std::string& id, const Plan& plan) {
    const std::string prefix = plan.prefix, suffix = plan.suffix;
    if (id.size() <= prefix.size() + suffix.size() || id.compare(0, prefix.size(), prefix) != 0 ||
        id.compare(id.size() - suffix.size(), suffix.size(), suffix) != 0)
        return "";
    return id.substr(prefix.size(), id.size() - prefix.size() - suffix.size());
}

Chart chart_of(const Plan& plan, const std::deque<Row>& rows) {
    Chart chart{plan.title, plan.figure == Figure::nanoseconds ? time_words : rate_words, {}, {}};
    for (const Row& row : rows) {
        const std::string category = category_of(row.work().id, plan);
        if (!category.empty())
            add_category(chart, category, row, [](const Series& series) { return series.figure().median; });
    }
    drop_empty_lines(chart);
    return chart;
}

}  // namespace

void add_category(Chart& chart, const std::string& category, const Row& row,
                  const std::function<double(const Series&)>& value_of) {
    chart.categories.push_back(category);
    for (const Series& series : row.series()) {
        const std::string& name = series.entrant().name;
        auto line =
            std::find_if(chart.lines.begin(), chart.lines.end(), [&](const auto& known) { return known.name == name; });
        if (line == chart.lines.end()) line = chart.lines.insert(line, {name, {}});
        line->values.resize(chart.categories.size() - 1);
        line->values.push_back(value_of(series));
    }
}

void drop_empty_lines(Chart& chart) {
    std::erase_if(chart.lines, [](const Chart::Line& line) {
        return std::all_of(line.values.begin(), line.values.end(), [](double value) { return value <= 0; });
    });
}

std::vector<std::pair<std::string, Chart>> charts_of(const std::deque<Row>& rows) {
    std::vector<std::pair<std::string, Chart>> charts;
    for (const Plan& plan : plans)
        if (Chart chart = chart_of(plan, rows); !chart.lines.empty()) charts.emplace_back(plan.file, std::move(chart));
    return charts;
}

}  // namespace bench
