// The library's own code, a few threads of it, small enough to be explored in full.
#pragma once

#include <vector>

#include "explorer.hpp"

namespace weak {

/// Orders taken away in a scenario, and whether that must be found out.
struct Trial {
    Weakening weakening;
    bool breaks;
};

struct Test {
    Scenario scenario;
    std::vector<Trial> trials;
};

std::vector<Test> litmus_tests();
std::vector<Test> condition_tests();
std::vector<Test> channel_tests();
std::vector<Test> broadcast_tests();

}  // namespace weak
