// The work items that a person asks about first: one line for each, and one picture of all.
#pragma once

#include <deque>
#include <string>

#include "harness/chart.hpp"
#include "harness/results.hpp"

namespace bench {

/// The ids of these eight.
inline constexpr const char* first_questions =
    "W1.8.busy,W1.8.balanced,W1.6.2M.balanced,W2.64.1-1,W2.64.1-1.batch,W3.8,W4.1Ki,W6";

/// A table with a line for each row: the limit, handoff, their ratio, and the best rival.
std::string summary_of(const std::deque<Row>& rows);
/// How many times the limit's cost each contender's is; 1 is the limit, also where more is better.
Chart summary_chart(const std::deque<Row>& rows);

}  // namespace bench
