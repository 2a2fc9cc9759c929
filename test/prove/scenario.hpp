// One operation in one start state: what its victim does, what others do meanwhile, and what must hold afterwards.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "prove/testimony.hpp"
#include "prove/victim.hpp"

namespace handoff::prove {

struct Scenario {
    std::string pattern;    ///< channel, topic, latest
    std::string operation;  ///< what the victim does
    std::string start;      ///< what it finds
    std::string name;       ///< of the segment
    /// Makes the segment, in a state that only its bytes hold: nobody is attached when it returns.
    std::function<void()> build;
    Prepare victim;
    /// Attached before the victim gets ready, killed before it begins: a dead one that nobody has recovered. May be
    /// empty.
    Prepare third;
    /// Attached before all of them; its operation recovers the dead. May be empty.
    Prepare recoverer;
    /// What others do while the victim is stopped somewhere; each is tried. They expect that nobody hangs.
    std::vector<std::function<void()>> others;
    /// Looks at everything, with everybody else dead or done. Answers what is wrong, or nothing.
    std::function<std::string()> audit;
    /// False where the operation makes or removes names: then only the death of a real process shows all.
    bool lives_in_bytes = true;
};

}  // namespace handoff::prove
