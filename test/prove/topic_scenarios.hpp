// The operations of a topic and of a latest value, each in several start states.
#pragma once

#include <vector>

#include "prove/scenario.hpp"

namespace handoff::prove {

std::vector<Scenario> topic_scenarios(const std::string& name, Testimony& testimony);
std::vector<Scenario> latest_scenarios(const std::string& name, Testimony& testimony);

}  // namespace handoff::prove
