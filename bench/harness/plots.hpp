// Which charts are drawn of a run.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/chart.hpp"
#include "harness/results.hpp"

namespace bench {

/// File names with their charts; those without a single measured row are left out.
std::vector<std::pair<std::string, Chart>> charts_of(const std::deque<Row>& rows);

/// One more category, with a value for each contender of the row; 0: none.
void add_category(Chart& chart, const std::string& category, const Row& row,
                  const std::function<double(const Series&)>& value_of);
/// Contenders that have no value at all.
void drop_empty_lines(Chart& chart);

}  // namespace bench
