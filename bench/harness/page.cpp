#include "harness/page.hpp"

#include <map>
#include <stdexcept>

#include "harness/table.hpp"
#include "harness/to_string.hpp"

namespace bench {

namespace {

std::string group_of(const std::string& id) {
    return id.substr(0, id.find('.'));
}

std::string run_words(const RunInfo& info) {
    std::string words =
        words_of(info.machine) + "; " + std::to_string(info.rounds) + " rounds of " + short_number(info.trial_seconds) +
        " s" + (info.has_priority ? ", at the highest priority" : "") + ".\n\n| contender | set up as |\n|---|---|\n";
    for (const Entrant& entrant : info.entrants) words += "| " + entrant.name + " | " + entrant.configuration + " |\n";
    for (const std::string& name : info.not_built) words += "| " + name + " | not built |\n";
    return words;
}

std::string goals_words(const std::deque<Row>& rows) {
    static constexpr const char* marks[] = {"met", "**missed**", "not known"};
    std::string words = "| work | wanted: seen | |\n|---|---|---|\n";
    for (const Row& row : rows)
        for (const Verdict& verdict : row.verdicts(rows))
            words += "| " + row.work().id + " | " + verdict.words + " | " + marks[static_cast<unsigned>(verdict.kind)] +
                     " |\n";
    return words;
}

/// One table for each work item, ratios first.
std::string row_words(const Row& row) {
    std::string words = "**" + row.work().id + "** " + row.work().title + "\n\n";
    const Line head = heads(row.work());
    words += "| | " + head.ratio + " | " + head.spread + " | " + head.figure + " | " + head.p99 + " | " + head.cpu +
             " | " + head.sleeps + " | |\n|---|--:|--:|--:|--:|--:|--:|---|\n";
    for (const Line& line : lines_of(row)) {
        const std::string name = line.contender == "handoff" ? "**handoff**" : line.contender;
        words += "| " + name + " | " + line.ratio + " | " + line.spread + " | " + line.figure + " | " + line.p99 +
                 " | " + line.cpu + " | " + line.sleeps + " | " + line.remark + " |\n";
    }
    for (const std::string& refusal : refusals_of(row)) words += "\n" + refusal + "\n";
    return words + "\n";
}

}  // namespace

void replace_part(std::string& page, const std::string& name, const std::string& words) {
    static const std::string end = "<!-- /bench -->";
    const std::string begin = "<!-- bench:" + name + " -->";
    const std::size_t from = page.find(begin);
    const std::size_t to = from == std::string::npos ? from : page.find(end, from);
    if (to == std::string::npos)
        throw std::runtime_error("the page has no place for " + name + ": write " + begin + " and " + end +
                                 " where it belongs");
    page.replace(from + begin.size(), to - from - begin.size(), "\n" + words);
}

std::string filled_page(const std::string& page, const RunInfo& info, const std::deque<Row>& rows) {
    std::map<std::string, std::string> groups;
    for (const Row& row : rows) groups[group_of(row.work().id)] += row_words(row);
    std::string filled = page;
    replace_part(filled, "run", run_words(info));
    replace_part(filled, "goals", goals_words(rows));
    for (const auto& [group, words] : groups) replace_part(filled, group, words);
    return filled;
}

}  // namespace bench
