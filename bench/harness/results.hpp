// What the rounds of a work item come to.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "harness/statistics.hpp"
#include "harness/trial.hpp"
#include "harness/works.hpp"

namespace bench {

/// A quotient of two contenders, round by round; noisy if it, or what it is measured by, is all over the place.
struct Ratio {
    Spread spread;
    bool is_noisy = false;
};

/// One contender in one work item.
class Series {
public:
    Series(const Entrant& entrant, double tolerance) : entrant_(&entrant), tolerance_(tolerance) {}

    void add(Outcome outcome);
    /// It will not change its mind: more rounds are in vain.
    bool is_out() const noexcept { return is_out_; }

    const Entrant& entrant() const noexcept { return *entrant_; }
    bool has_figures() const { return figure().count > 0; }
    bool was_refused() const noexcept { return was_refused_; }
    const std::string& words() const noexcept { return words_; }

    Spread figure() const { return spread_of(figures_); }
    bool is_noisy() const { return is_too_noisy(figure(), tolerance_); }
    /// Of all rounds together, in nanoseconds.
    double percentile_ns(double percent) const { return static_cast<double>(times_.percentile(percent)) / 1000; }
    std::uint64_t timed() const noexcept { return times_.count(); }
    double cpu_ns() const { return spread_of(cpu_).median; }
    double taker_cpu_ns() const { return spread_of(taker_cpu_).median; }
    double sleeps() const { return spread_of(sleeps_).median; }
    double writes() const { return spread_of(writes_).median; }

    Ratio to(const Series& other) const { return ratio(figures_, other.figures_); }
    Ratio p99_to(const Series& other) const { return ratio(p99_, other.p99_); }
    Ratio cpu_to(const Series& other) const { return ratio(cpu_, other.cpu_); }
    const std::vector<double>& figures() const noexcept { return figures_; }

private:
    Ratio ratio(const std::vector<double>& mine, const std::vector<double>& others) const;

    const Entrant* entrant_;
    double tolerance_;
    std::vector<double> figures_, p99_, cpu_, taker_cpu_, sleeps_, writes_;
    Histogram times_;
    std::string words_;
    bool was_refused_ = false;
    bool is_out_ = false;
};

struct Verdict {
    enum class Kind : std::uint8_t { met, missed, unknown };
    Kind kind;
    std::string words;  ///< what was wanted, and what was seen
};

class Row {
public:
    Row(const Work& work, const std::vector<Entrant>& entrants, double tolerance);

    const Work& work() const noexcept { return work_; }
    std::deque<Series>& series() noexcept { return series_; }
    const std::deque<Series>& series() const noexcept { return series_; }
    /// Of this name, if it has figures.
    const Series* find(const std::string& name) const;
    /// The best of kind rival that has figures.
    const Series* best_rival() const;
    /// `others`: the rows before this one.
    std::vector<Verdict> verdicts(const std::deque<Row>& others) const;

private:
    Verdict verdict(const Goal& goal, const Series& handoff, const std::deque<Row>& others) const;

    Work work_;
    std::deque<Series> series_;
};

}  // namespace bench
