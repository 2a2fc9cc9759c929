// The work items, and what is wanted of handoff in each.
#pragma once

#include <string>
#include <vector>

#include "contender/task.hpp"

namespace bench {

/// What the figure of a work item is.
enum class Figure : std::uint8_t {
    nanoseconds,  ///< of one message, the median; less is better
    per_second,   ///< messages; more is better
};

/// A thing wanted of handoff. `bound` is a quotient or messages per second.
struct Goal {
    enum class Kind : std::uint8_t {
        of_limit,         ///< times: at most `bound` times the limit's; rates: at least `bound` of the limit's
        of_limit_p99,     ///< the 99th percentile, at most `bound` times the limit's
        of_limit_cpu,     ///< CPU of both sides for each message, at most `bound` times the limit's
        ahead_of_rivals,  ///< better than the best rival by this factor
        at_least,         ///< messages per second
        of_contender,     ///< times: at most `bound` times that of the contender `other`
        of_work,          ///< as of_limit, against handoff's own figure in the work item `other`
    };
    Kind kind;
    double bound;
    std::string other{};
};

struct Work {
    std::string id;     ///< as W1.64Ki.busy: what --work takes, whole or its first parts
    std::string title;  ///< what it measures, for people
    Figure figure;
    Task task;
    std::vector<Goal> goals;
    double seconds_factor = 1;  ///< of a trial, beside the others
};

/// All of them, in the order of the report.
std::vector<Work> all_works();

/// True if the id is `wanted` or begins with it and a point.
bool is_selected(const std::string& id, const std::string& wanted);

}  // namespace bench
