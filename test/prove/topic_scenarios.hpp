// The operations of a topic and of a latest value, each in several start states.
#pragma once

#include <vector>

#include "prove/scenario.hpp"

namespace handoff::prove {

std::vector<Scenario> topic_scenarios(const std::string& name, OperationLog& log);
std::vector<Scenario> latest_scenarios(const std::string& name, OperationLog& log);

}  // namespace handoff::prove
