// One dead in each of its states, a second stopped at each of its instructions, others at work.
#pragma once

#include <vector>

#include "prove/proof.hpp"

namespace handoff::prove {

struct Pair {
    Scenario dead, stopped;
};

/// The pairs in which the two touch the same words.
std::vector<Pair> pairs_of(const std::string& name, OperationLog& log);

}  // namespace handoff::prove
