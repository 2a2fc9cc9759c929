// weak [--json] [NAME]: explores every scenario whose name contains NAME, as written and with orders taken away.
#include <chrono>
#include <cstdio>
#include <cstring>

#include "scenarios.hpp"

namespace {

constexpr std::uint64_t most_states = 3'000'000;

/// True if it came out as it must.
bool run(const weak::Scenario& scenario, const weak::Trial& trial, bool json) {
    const auto start = std::chrono::steady_clock::now();
    const weak::Report report = weak::explore(scenario, trial.weakening, most_states);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const bool good = trial.breaks ? !report.error.empty() : report.complete && report.cut == 0;
    std::string result = report.error.empty() ? std::string("holds") : report.error;
    if (report.error.empty() && !report.complete) result = "NOT EXPLORED IN FULL";
    if (report.cut > 0) result += ", CUT OFF " + std::to_string(report.cut) + " times";
    if (!good) result = (trial.breaks ? "NOT FOUND: " : "ERROR: ") + result;
    std::printf(json ? "{\"scenario\": \"%s\", \"orders\": \"%s\", \"states\": %llu, \"executions\": %llu, "
                       "\"seconds\": %.2f, \"result\": \"%s\", \"good\": %s}\n"
                     : "%-52s %-48s %9llu states %8llu executions %6.1f s  %s%s\n",
                scenario.name.c_str(), trial.weakening.name.c_str(), static_cast<unsigned long long>(report.states),
                static_cast<unsigned long long>(report.executions), seconds, result.c_str(),
                json ? (good ? "true" : "false") : "");
    std::fflush(stdout);
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
    const char* wanted = argc > 1 + json ? argv[1 + json] : "";
    bool good = true;
    for (const auto& tests :
         {weak::litmus_tests(), weak::condition_tests(), weak::channel_tests(), weak::broadcast_tests()})
        for (const weak::Test& test : tests)
            if (test.scenario.name.find(wanted) != std::string::npos)
                for (const weak::Trial& trial : test.trials) good = run(test.scenario, trial, json) && good;
    return good ? 0 : 1;
}
