// One operation in one start state: what its target does, what others do meanwhile, and what must hold afterwards.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "prove/operation_log.hpp"
#include "prove/stepped_process.hpp"

namespace handoff::prove {

struct Scenario {
    std::string pattern;    ///< channel, topic, latest
    std::string operation;  ///< what the target does
    std::string start;      ///< what it finds
    std::string name;       ///< of the segment
    /// Makes the segment, in a state that only its bytes hold: no participant is attached when it returns.
    std::function<void()> build;
    Prepare target;
    /// Attached before the target gets ready, killed before it begins: a dead participant that is not recovered. May be
    /// empty.
    Prepare third;
    /// Attached before all of them; its operation recovers the dead. May be empty.
    Prepare recoverer;
    /// What others do while the target is stopped somewhere; each is tried. They expect that no call hangs.
    std::vector<std::function<void()>> others;
    /// Checks everything, with all others dead or done. Returns what is wrong, or nothing.
    std::function<std::string()> audit;
    /// False where the operation makes or removes names: then only the death of a real process shows all.
    bool lives_in_bytes = true;
};

}  // namespace handoff::prove
