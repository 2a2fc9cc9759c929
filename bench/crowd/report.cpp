#include "crowd/report.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "crowd/to_string.hpp"

namespace bench::crowd {

namespace {

constexpr std::array measures{Measure::attach_s, Measure::idle_cores, Measure::rate, Measure::p50_s, Measure::cpu_s};
constexpr std::array<const char*, 3> marks{"met", "missed", "not known"};

struct Group {
    const char* name;
    const char* title;
};

constexpr std::array<Group, 4> groups{
    {{"senders",
      "Senders that wait for a free slot: 4 slots, one receiver that answers at once, every sender has one request at "
      "a "
      "time. CPU of a message: of all processes"},
     {"receivers",
      "Receivers that sleep, and one sender with one request at a time. Idle: all receivers together; CPU of a "
      "message: "
      "of all receivers; p50: of a request, to processed"},
     {"subscribers",
      "Subscribers of a topic, 200 messages a second. CPU of a message: of each subscriber; p50: of one publish (of "
      "one "
      "wake-up). futex: a word and one system call, looked at every 100 ms at least"},
     {"patterns",
      "One process that waits, while nothing happens and at 5, 30 and 200 messages a second. Idle, CPU of a message: "
      "of "
      "the one that waits; p50: of giving a message"}}};

/// The cells of a line: entry, ratio, and the measures that the row has.
std::vector<Measure> columns_of(const Row& row) {
    std::vector<Measure> columns;
    for (const Measure measure : measures)
        if (std::any_of(row.entries.begin(), row.entries.end(), [&](const Entry& one) { return one.has(measure); }))
            columns.push_back(measure);
    return columns;
}

std::string ratio_words(const Row& row, const Entry& entry, double tolerance) {
    const auto ratio = ratio_of(row, entry);
    if (!ratio) return "";
    const std::string words = short_number(ratio->median) + "x";
    return is_too_noisy(*ratio, tolerance)
               ? words + " (" + short_number(ratio->low) + " to " + short_number(ratio->high) + ")"
               : words;
}

using Line = std::vector<std::string>;

std::vector<Line> lines_of(const Row& row, const std::vector<Measure>& columns, double tolerance) {
    std::vector<Line> lines;
    for (const Entry& entry : row.entries) {
        Line line{entry.name, ratio_words(row, entry, tolerance)};
        for (const Measure measure : columns)
            line.push_back(entry.has(measure) ? measure_words(measure, entry.median(measure)) : "");
        line.push_back(entry.words);
        lines.push_back(line);
    }
    return lines;
}

Line heads_of(const Row& row, const std::vector<Measure>& columns) {
    Line heads{"", (row.measure == Measure::rate ? "rate, x " : "CPU, x ") + row.control};
    for (const Measure measure : columns) heads.push_back(measure_name(measure));
    heads.emplace_back();
    return heads;
}

std::string joined(const Line& cells) {
    std::string words = "|";
    for (const std::string& cell : cells) words += " " + cell + " |";
    return words + "\n";
}

/// One table for a group: its rows one below the other.
std::string page_of(const Group& group, const std::deque<Row>& rows, double tolerance) {
    std::string words;
    std::vector<Measure> columns;
    for (const Row& row : rows)
        if (row.group == group.name)
            for (const Measure measure : columns_of(row))
                if (std::find(columns.begin(), columns.end(), measure) == columns.end()) columns.push_back(measure);
    std::sort(columns.begin(), columns.end());
    for (const Row& row : rows) {
        if (row.group != group.name) continue;
        if (words.empty()) {
            const Line heads = heads_of(row, columns);
            words = std::string("**") + group.title + ".**\n\n| " + joined(heads) + "|---|---|";
            for (std::size_t at = 1; at + 1 < heads.size(); ++at) words += "--:|";
            words += "---|\n";
        }
        for (const Line& line : lines_of(row, columns, tolerance)) words += "| " + row.id + " " + joined(line);
    }
    return words.empty() ? words : words + "\n";
}

Chart chart_of(const std::string& title, const std::string& group, Measure measure, const std::deque<Row>& rows) {
    static constexpr auto time_words_of_s = [](double seconds) { return time_words(seconds * 1e9); };
    Chart chart{title, measure == Measure::rate ? rate_words : +time_words_of_s, {}, {}};
    for (const Row& row : rows) {
        if (row.group != group) continue;
        chart.categories.push_back(std::to_string(row.many));
        for (const Entry& entry : row.entries) {
            auto line = std::find_if(chart.lines.begin(), chart.lines.end(),
                                     [&](const Chart::Line& known) { return known.name == entry.name; });
            if (line == chart.lines.end()) line = chart.lines.insert(line, {entry.name, {}});
            line->values.resize(chart.categories.size() - 1);
            line->values.push_back(entry.median(measure));
        }
    }
    std::erase_if(chart.lines, [](const Chart::Line& line) {
        return std::all_of(line.values.begin(), line.values.end(), [](double value) { return value <= 0; });
    });
    return chart;
}

nlohmann::ordered_json json_of(const Row& row, const Entry& entry) {
    nlohmann::ordered_json json{{"contender", entry.name}};
    if (!entry.words.empty()) json["failed"] = entry.words;
    for (const auto& [measure, figures] : entry.figures) {
        const Spread spread = spread_of(figures);
        json[measure_key(measure)] = {{"median", spread.median},
                                      {"first_quartile", spread.low},
                                      {"third_quartile", spread.high},
                                      {"each_round", figures}};
    }
    if (const auto ratio = ratio_of(row, entry)) json["ratio_to_" + row.control] = ratio->median;
    return json;
}

}  // namespace

std::string text_of(const Row& row, double tolerance) {
    const std::vector<Measure> columns = columns_of(row);
    std::vector<Line> lines = lines_of(row, columns, tolerance);
    lines.insert(lines.begin(), heads_of(row, columns));
    std::string text = row.id + "  " + row.title + "\n";
    for (const Line& line : lines) {
        std::string words = " ";
        for (std::size_t at = 0; at < line.size(); ++at) {
            std::size_t width = 0;
            for (const Line& other : lines) width = std::max(width, other[at].size());
            const std::string padding(width - line[at].size(), ' ');
            words += " " + (at == 0 || at + 1 == line.size() ? line[at] + padding : padding + line[at]) + " ";
        }
        words.erase(words.find_last_not_of(' ') + 1);
        text += words + "\n";
    }
    return text;
}

std::string text_of(const std::vector<Verdict>& verdicts) {
    std::string text;
    for (const Verdict& verdict : verdicts) {
        const std::string mark = marks[static_cast<unsigned>(verdict.kind)];
        text += mark + std::string(11 - mark.size(), ' ') + verdict.row + "  " + verdict.words + "\n";
    }
    return text;
}

std::string page_of(const Run& run, const std::deque<Row>& rows) {
    std::string words = words_of(run.machine) + "; " + std::to_string(run.rounds) + " rounds of " +
                        short_number(run.seconds) + " s.\n\n| row | wanted: seen | |\n|---|---|---|\n";
    for (const Verdict& verdict : verdicts(rows, run.tolerance)) {
        const std::string mark = marks[static_cast<unsigned>(verdict.kind)];
        words += "| " + verdict.row + " | " + verdict.words + " | " +
                 (verdict.kind == Verdict::Kind::missed ? "**" + mark + "**" : mark) + " |\n";
    }
    words += "\n";
    for (const Group& group : groups) words += page_of(group, rows, run.tolerance);
    return words;
}

std::string json_of(const Run& run, const std::deque<Row>& rows) {
    nlohmann::ordered_json json{{"date", run.machine.date},
                                {"commit", run.machine.commit},
                                {"machine",
                                 {{"processor", run.machine.processor},
                                  {"cores", run.machine.cores},
                                  {"kernel", run.machine.kernel},
                                  {"compiler", run.machine.compiler}}},
                                {"rounds", run.rounds},
                                {"trial_seconds", run.seconds}};
    json["rows"] = nlohmann::ordered_json::array();
    for (const Row& row : rows) {
        nlohmann::ordered_json its{{"row", row.id}, {"title", row.title}, {"processes", row.many}};
        its["contenders"] = nlohmann::ordered_json::array();
        for (const Entry& entry : row.entries) its["contenders"].push_back(json_of(row, entry));
        json["rows"].push_back(its);
    }
    json["wanted"] = nlohmann::ordered_json::array();
    for (const Verdict& verdict : verdicts(rows, run.tolerance))
        json["wanted"].push_back(
            {{"row", verdict.row}, {"verdict", marks[static_cast<unsigned>(verdict.kind)]}, {"words", verdict.words}});
    return json.dump(2) + "\n";
}

std::vector<std::pair<std::string, Chart>> charts_of(const std::deque<Row>& rows) {
    std::vector<std::pair<std::string, Chart>> charts{
        {"crowd-rate.svg",
         chart_of("Requests per second by the number of senders on 4 slots", "senders", Measure::rate, rows)},
        {"crowd-cpu.svg",
         chart_of("CPU of a request by the number of senders on 4 slots", "senders", Measure::cpu_s, rows)},
        {"crowd-receivers.svg",
         chart_of("CPU of a request by the number of receivers asleep", "receivers", Measure::cpu_s, rows)}};
    std::erase_if(charts, [](const auto& one) { return one.second.lines.empty(); });
    return charts;
}

}  // namespace bench::crowd
