// How many slots each participant holds.
#pragma once

#include <handoff/inspect.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace handoff::apps::tool {

/// What one participant holds.
struct Holding {
    std::uint64_t slots = 0;
    std::chrono::nanoseconds longest{0};  ///< how long it has had the oldest; 0 where that is not known

    /// "holds 2 slots, the oldest for 3.2 s"
    std::string words() const;
};

/// By index of the participant: slots that it owns, and those it looks at.
std::map<std::uint32_t, Holding> holdings(const inspect::Report& report);

}  // namespace handoff::apps::tool
