// Which charts are drawn of a run.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "harness/chart.hpp"
#include "harness/results.hpp"

namespace bench {

/// File names with their charts; those without a single measured row are left out.
std::vector<std::pair<std::string, Chart>> charts_of(const std::deque<Row>& rows);

}  // namespace bench
