// Rounds: in each, every contender has one trial, one after the other.
#pragma once

#include <vector>

#include "harness/daemons.hpp"
#include "harness/results.hpp"

namespace bench {

struct RoundOptions {
    int rounds = 9;
    double seconds = 0.1;       ///< of a trial
    double tolerance = 0.25;    ///< see is_too_noisy()
    bool has_priority = false;  ///< the highest priority of an ordinary program
};

Row measured(const Work& work, const std::vector<Entrant>& entrants, Daemons& daemons, const RoundOptions& options);

}  // namespace bench
