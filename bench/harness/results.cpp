#include "harness/results.hpp"

#include <algorithm>
#include <utility>

#include "harness/to_string.hpp"

namespace bench {

void Series::add(Outcome outcome) {
    if (outcome.kind != Outcome::Kind::measured) {
        was_refused_ = outcome.kind == Outcome::Kind::refused;
        is_out_ = true;
        words_ = std::move(outcome.words);
        return;
    }
    figures_.push_back(outcome.figure);
    p99_.push_back(static_cast<double>(outcome.times.percentile(99)));
    cpu_.push_back(outcome.cpu_ns);
    taker_cpu_.push_back(outcome.taker_cpu_ns);
    sleeps_.push_back(outcome.sleeps);
    writes_.push_back(outcome.writes);
    times_.add(outcome.times);
}

Ratio Series::ratio(const std::vector<double>& mine, const std::vector<double>& others) const {
    const Spread spread = spread_of(quotients(mine, others));
    return {spread, is_too_noisy(spread, tolerance_) || is_too_noisy(spread_of(others), tolerance_)};
}

Row::Row(const Work& work, const std::vector<Entrant>& entrants, double tolerance) : work_(work) {
    for (const Entrant& entrant : entrants) series_.emplace_back(entrant, tolerance);
}

const Series* Row::find(const std::string& name) const {
    for (const Series& series : series_)
        if (series.entrant().name == name && series.has_figures()) return &series;
    return nullptr;
}

const Series* Row::best_rival() const {
    const Series* best = nullptr;
    for (const Series& series : series_) {
        if (series.entrant().kind != "rival" || !(series.figure().median > 0)) continue;  // 0: too short a trial
        const bool is_better =
            best == nullptr || (work_.figure == Figure::nanoseconds ? series.figure().median < best->figure().median
                                                                    : series.figure().median > best->figure().median);
        if (is_better) best = &series;
    }
    return best;
}

namespace {

Verdict judged(const std::string& wanted, const Ratio& ratio, double bound, bool less_is_better) {
    if (ratio.spread.count == 0) return {Verdict::Kind::unknown, wanted + ": not measured"};
    if (ratio.is_noisy) return {Verdict::Kind::unknown, wanted + ": too noisy to say"};
    const double seen = ratio.spread.median;
    const bool is_met = less_is_better ? seen <= bound : seen >= bound;
    return {is_met ? Verdict::Kind::met : Verdict::Kind::missed, wanted + ": " + factor_words(seen)};
}

const Row* row_of(const std::deque<Row>& rows, const std::string& id) {
    for (const Row& row : rows)
        if (row.work().id == id) return &row;
    return nullptr;
}

}  // namespace

std::vector<Verdict> Row::verdicts(const std::deque<Row>& others) const {
    std::vector<Verdict> verdicts;
    const Series* handoff = find("handoff");
    if (handoff == nullptr) return verdicts;
    for (const Goal& goal : work_.goals) verdicts.push_back(verdict(goal, *handoff, others));
    return verdicts;
}

Verdict Row::verdict(const Goal& goal, const Series& handoff, const std::deque<Row>& others) const {
    using Kind = Goal::Kind;
    const bool is_time = work_.figure == Figure::nanoseconds;
    const std::string bound = factor_words(goal.bound);
    const std::string at = is_time ? "at most " : "at least ";
    const Series* limit = find("limit");
    const auto against = [&](const Series* other, const std::string& words) {
        return judged(words, other == nullptr ? Ratio{} : handoff.to(*other), goal.bound, is_time);
    };
    switch (goal.kind) {
        case Kind::of_limit:
            return against(limit, at + bound + " of the limit");
        case Kind::of_contender:
            return against(find(goal.other), at + bound + " of " + goal.other);
        case Kind::of_work: {
            const Row* row = row_of(others, goal.other);
            return against(row == nullptr ? nullptr : row->find("handoff"), at + bound + " of its own " + goal.other);
        }
        case Kind::of_limit_p99:
            return judged("p99 at most " + bound + " of the limit's", limit ? handoff.p99_to(*limit) : Ratio{},
                          goal.bound, true);
        case Kind::of_limit_cpu:
            return judged("CPU at most " + bound + " of the limit's", limit ? handoff.cpu_to(*limit) : Ratio{},
                          goal.bound, true);
        case Kind::ahead_of_rivals: {
            const Series* best = best_rival();
            if (best == nullptr) return {Verdict::Kind::unknown, "ahead of every rival by " + bound + ": no rival ran"};
            const Ratio ahead = is_time ? best->to(handoff) : handoff.to(*best);
            return judged("ahead of every rival by " + bound + " (best: " + best->entrant().name + ")", ahead,
                          goal.bound, false);
        }
        case Kind::at_least: {
            const Ratio itself{handoff.figure(), handoff.is_noisy() || (limit != nullptr && limit->is_noisy())};
            Verdict verdict = judged("at least " + rate_words(goal.bound), itself, goal.bound, false);
            if (verdict.kind != Verdict::Kind::unknown)
                verdict.words = "at least " + rate_words(goal.bound) + ": " + rate_words(itself.spread.median);
            return verdict;
        }
    }
    return {Verdict::Kind::unknown, ""};
}

}  // namespace bench
