// What is wrong with a segment, if anything, and what to do about it.
#pragma once

#include <handoff/inspect.hpp>

#include <string>
#include <vector>

namespace handoff::apps::tool {

struct Finding {
    std::string what;    ///< a sentence
    std::string advice;  ///< what to type or change
};

/// The most urgent first. Nothing: it looks healthy.
std::vector<Finding> findings(const inspect::Report& report);

}  // namespace handoff::apps::tool
