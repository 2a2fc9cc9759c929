// Waits of verbs that have an option --timeout.
#pragma once

#include "common/arguments.hpp"
#include "common/patience.hpp"

#include <chrono>

namespace handoff::apps::tool {

/// Calls wait(Deadline) in slices, so that Ctrl-C is noticed; until --timeout has passed, if it was given.
template <class Wait>
auto patiently(const Arguments& arguments, Wait wait) {
    const auto until =
        arguments.given("timeout") ? in(arguments.duration("timeout")) : Clock::now() + std::chrono::hours(24 * 3650);
    return wait_in_slices(until, wait);
}

}  // namespace handoff::apps::tool
