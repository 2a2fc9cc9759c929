// The rows as text, as a part of the page, as JSON and as charts.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "crowd/rows.hpp"
#include "harness/chart.hpp"
#include "harness/machine.hpp"

namespace bench::crowd {

/// What a run was.
struct Run {
    Machine machine{};
    int rounds = 0;
    double seconds = 0;  ///< of a trial
    double tolerance = 0;
};

/// The table of one row, as the terminal shows it.
std::string text_of(const Row& row, double tolerance);
/// Which figures are there, against which were wanted.
std::string text_of(const std::vector<Verdict>& verdicts);
/// The part `crowd` of the page.
std::string page_of(const Run& run, const std::deque<Row>& rows);
std::string json_of(const Run& run, const std::deque<Row>& rows);
/// File names with their charts; those without a single figure are left out.
std::vector<std::pair<std::string, Chart>> charts_of(const std::deque<Row>& rows);

}  // namespace bench::crowd
