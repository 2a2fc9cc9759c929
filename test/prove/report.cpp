#include "prove/report.hpp"

#include <algorithm>
#include <cstdio>

namespace handoff::prove {
namespace {

void add(Row& sum, const Row& row) {
    sum.instructions += row.instructions;
    sum.states += row.states;
    sum.declared_dead += row.declared_dead;
    sum.double_faults += row.double_faults;
    sum.recoverer_instructions += row.recoverer_instructions;
    sum.kills += row.kills;
    sum.preemptions += row.preemptions;
    sum.failures += row.failures;
    sum.seconds += row.seconds;
}

template <class... Values>
std::string line(const char* format, Values... values) {
    char text[512];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

using Number = unsigned long long;

}  // namespace

void Report::enter(const Row& row) {
    const auto same = [&](const Operation& operation) {
        return operation.sum.pattern == row.pattern && operation.sum.operation == row.operation;
    };
    auto found = std::find_if(operations_.begin(), operations_.end(), same);
    if (found == operations_.end())
        found = operations_.insert(found, Operation{Row{row.pattern, row.operation, "", {}}, {}});
    add(found->sum, row);
    found->starts.push_back(row.start);
    failures_ += row.failures;
    for (const auto& failure : row.failure_texts)
        failure_texts_.push_back(row.pattern + ", " + row.operation + ", " + row.start + ": " + failure);
}

std::string Report::text() const {
    std::string text = line("%-8s %-58s %12s %7s %7s %8s %7s %9s %5s\n", "", "operation", "instructions", "states",
                            "dead", "two dead", "killed", "preempted", "wrong");
    for (const auto& [sum, starts] : operations_)
        text += line("%-8s %-58s %12llu %7llu %7llu %8llu %7llu %9llu %5llu\n", sum.pattern.c_str(),
                     sum.operation.c_str(), Number{sum.instructions}, Number{sum.states}, Number{sum.declared_dead},
                     Number{sum.double_faults}, Number{sum.kills}, Number{sum.preemptions}, Number{sum.failures});
    for (const auto& failure : failure_texts_) text += "WRONG " + failure + "\n";
    return text;
}

std::string Report::markdown() const {
    std::string text =
        "| | operation | start states | instructions stepped | distinct states | declared dead | and its recoverer, "
        "too | killed | preempted | failures |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
    Row total;
    for (const auto& [sum, starts] : operations_) {
        text += line("| %s | %s | %zu | %llu | %llu | %llu | %llu | %llu | %llu | %llu |\n", sum.pattern.c_str(),
                     sum.operation.c_str(), starts.size(), Number{sum.instructions + sum.recoverer_instructions},
                     Number{sum.states}, Number{sum.declared_dead}, Number{sum.double_faults}, Number{sum.kills},
                     Number{sum.preemptions}, Number{sum.failures});
        add(total, sum);
    }
    text += line("| %s | **all** | | %llu | %llu | %llu | %llu | %llu | %llu | **%llu** |\n",
                 operations_.empty() ? "" : operations_.front().sum.pattern.c_str(),
                 Number{total.instructions + total.recoverer_instructions}, Number{total.states},
                 Number{total.declared_dead}, Number{total.double_faults}, Number{total.kills},
                 Number{total.preemptions}, Number{total.failures});
    for (const auto& failure : failure_texts_) text += "\n* " + failure;
    return text;
}

}  // namespace handoff::prove
