// The rows as text: ratios first, absolute figures behind them.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "harness/results.hpp"

namespace bench {

struct Line {
    std::string contender, ratio, spread, figure, p99, cpu, sleeps, remark;
};

/// The heads of the columns of Line, for this figure.
Line heads(const Work& work);
/// One line for each contender that takes part: the limit, the others from best to worst, those that failed.
std::vector<Line> lines_of(const Row& row);
/// Who did not take part, by the reason: "pipe, nng: cannot busy-wait".
std::vector<std::string> refusals_of(const Row& row);
/// Title, table and verdicts, as the terminal shows them.
std::string text_of(const Row& row, const std::deque<Row>& others, bool has_colours);

}  // namespace bench
