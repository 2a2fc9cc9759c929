// Fills the tables of a page: what lies between `<!-- bench:NAME -->` and `<!-- /bench -->` is replaced, the words
// around it stay. NAME is run, goals, the first part of the work items (W1), or crowd.
#pragma once

#include <deque>
#include <string>

#include "harness/json_report.hpp"
#include "harness/results.hpp"

namespace bench {

/// Parts of which nothing was measured stay as they are. Throws std::runtime_error if the page has no place for
/// something that was measured.
std::string filled_page(const std::string& page, const RunInfo& info, const std::deque<Row>& rows);

/// Replaces one part. Throws std::runtime_error if the page has no place for it.
void replace_part(std::string& page, const std::string& name, const std::string& words);

}  // namespace bench
