// The operations of a channel, each in several start states.
#pragma once

#include <vector>

#include "prove/scenario.hpp"

namespace handoff::prove {

std::vector<Scenario> channel_scenarios(const std::string& name, OperationLog& log);
/// Creating, and being the last to leave.
std::vector<Scenario> name_scenarios(const std::string& name, OperationLog& log);
/// Waking a sleeper, on a channel and on a topic.
std::vector<Scenario> sleeping_scenarios(const std::string& name, OperationLog& log);

}  // namespace handoff::prove
