#include "harness/table.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "harness/to_string.hpp"

namespace bench {

namespace {

constexpr std::array columns{&Line::contender, &Line::ratio, &Line::spread, &Line::figure,
                             &Line::p99,       &Line::cpu,   &Line::sleeps, &Line::remark};

std::vector<const Series*> sorted(const Row& row) {
    std::vector<const Series*> all;
    for (const Series& series : row.series()) all.push_back(&series);
    const auto rank = [&](const Series* series) {
        if (!series->has_figures()) return 2;
        return series->entrant().kind == "limit" ? 0 : 1;
    };
    std::stable_sort(all.begin(), all.end(), [&](const Series* first, const Series* second) {
        if (rank(first) != rank(second)) return rank(first) < rank(second);
        const double one = first->figure().median, other = second->figure().median;
        return row.work().figure == Figure::nanoseconds ? one < other : one > other;
    });
    return all;
}

Line line_of(const Row& row, const Series& series) {
    Line line;
    line.contender = series.entrant().name;
    if (!series.has_figures()) {
        line.ratio = "-";
        line.remark = "FAILED: " + series.words();
        return line;
    }
    const bool is_time = row.work().figure == Figure::nanoseconds;
    const Spread figure = series.figure();
    if (const Series* limit = row.find("limit")) {
        const Ratio ratio = series.to(*limit);
        line.ratio = ratio.is_noisy ? "too noisy" : factor_words(ratio.spread.median);
        if (ratio.spread.count > 1)
            line.spread = short_number(ratio.spread.low) + " - " + short_number(ratio.spread.high);
    }
    line.figure = is_time ? time_words(figure.median) : rate_words(figure.median);
    if (series.timed() >= 100) line.p99 = time_words(series.percentile_ns(99));
    if (row.work().task.pattern == Pattern::open_loop) {
        line.cpu = time_words(series.taker_cpu_ns());
        if (series.timed() >= 1000) line.remark = "p99.9 " + time_words(series.percentile_ns(99.9));
        if (series.timed() >= 10000) line.remark += ", p99.99 " + time_words(series.percentile_ns(99.99));
        line.remark += (line.remark.empty() ? "" : ", ") + std::string("max ") + time_words(series.percentile_ns(100)) +
                       ", n " + std::to_string(series.timed());
    } else if (row.work().task.pattern != Pattern::start) {
        line.cpu = time_words(series.cpu_ns());
    }
    if (row.work().task.pattern != Pattern::start) line.sleeps = short_number(series.sleeps());
    if (row.work().task.pattern == Pattern::latest) line.remark = rate_words(series.writes()) + " written";
    if (!series.words().empty())
        line.remark += (line.remark.empty() ? "" : "; ") + std::string("then FAILED: ") + series.words();
    return line;
}

std::size_t width_of(const std::vector<Line>& lines, std::string Line::*column) {
    std::size_t widest = 0;
    for (const Line& line : lines) widest = std::max(widest, (line.*column).size());
    return widest;
}

}  // namespace

Line heads(const Work& work) {
    const bool is_time = work.figure == Figure::nanoseconds;
    const bool is_open = work.task.pattern == Pattern::open_loop;
    return {"",    is_time ? "x limit" : "of limit",    "quartiles", is_time ? "median" : "rate",
            "p99", is_open ? "CPU/waiter" : "CPU/both", "sleeps",    ""};
}

std::vector<Line> lines_of(const Row& row) {
    std::vector<Line> lines;
    for (const Series* series : sorted(row))
        if (!series->was_refused()) lines.push_back(line_of(row, *series));
    return lines;
}

std::vector<std::string> refusals_of(const Row& row) {
    std::map<std::string, std::string> names;
    for (const Series& series : row.series()) {
        if (!series.was_refused()) continue;
        std::string& list = names[series.words()];
        list += (list.empty() ? "" : ", ") + series.entrant().name;
    }
    std::vector<std::string> refusals;
    for (const auto& [words, list] : names) refusals.push_back(list + ": " + words);
    return refusals;
}

std::string text_of(const Row& row, const std::deque<Row>& others, bool has_colours) {
    std::vector<Line> lines = lines_of(row);
    lines.insert(lines.begin(), heads(row.work()));
    std::string text = row.work().id + "  " + row.work().title + "\n";
    for (const Line& line : lines) {
        const bool is_ours = line.contender == "handoff" && has_colours;
        std::string words = " ";
        for (const auto column : columns) {
            const std::string& cell = line.*column;
            const std::string padding(width_of(lines, column) - cell.size(), ' ');
            words +=
                " " + (column == &Line::contender || column == &Line::remark ? cell + padding : padding + cell) + " ";
        }
        words.erase(words.find_last_not_of(' ') + 1);
        text += (is_ours ? "\033[1m" : "") + words + (is_ours ? "\033[0m" : "") + "\n";
    }
    for (const std::string& refusal : refusals_of(row)) text += "  - " + refusal + "\n";
    for (const Verdict& verdict : row.verdicts(others)) {
        static constexpr const char* marks[] = {"met   ", "MISSED", "?     "};
        text += std::string("   ") + marks[static_cast<unsigned>(verdict.kind)] + " " + verdict.words + "\n";
    }
    return text;
}

}  // namespace bench
