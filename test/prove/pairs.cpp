#include "prove/pairs.hpp"

#include <algorithm>
#include <stdexcept>

#include "prove/channel_scenarios.hpp"
#include "prove/topic_scenarios.hpp"

namespace handoff::prove {
namespace {

const Scenario& find(const std::vector<Scenario>& scenarios, const std::string& operation, const std::string& start) {
    const auto found = std::find_if(scenarios.begin(), scenarios.end(), [&](const Scenario& scenario) {
        return scenario.operation == operation && scenario.start == start;
    });
    if (found == scenarios.end()) throw std::logic_error("there is no scenario " + operation + ", " + start);
    return *found;
}

}  // namespace

std::vector<Pair> pairs_of(const std::string& name, OperationLog& log) {
    const auto channel = channel_scenarios(name, log);
    const auto topic = topic_scenarios(name, log);
    std::vector<Pair> pairs;
    for (const char* dead : {"send", "receive", "processed, awaited", "give back"})
        for (const char* stopped : {"send", "receive", "withdraw", "recover"})
            pairs.push_back({find(channel, dead, "half full"), find(channel, stopped, "half full")});
    for (const char* dead : {"publish", "next"})
        for (const char* stopped : {"loan", "publish", "next", "recover"})
            pairs.push_back({find(topic, dead, "wrapped"), find(topic, stopped, "wrapped")});
    return pairs;
}

}  // namespace handoff::prove
