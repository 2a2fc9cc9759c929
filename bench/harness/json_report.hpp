// The results as one JSON object, units in the keys.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "harness/machine.hpp"
#include "harness/results.hpp"

namespace bench {

/// What a run was.
struct RunInfo {
    Machine machine{};
    int rounds = 0;
    double trial_seconds = 0;
    bool has_priority = false;  ///< see RoundOptions
    std::vector<Entrant> entrants{};
    std::vector<std::string> not_built{};
};

std::string json_of(const RunInfo& info, const std::deque<Row>& rows);

}  // namespace bench
