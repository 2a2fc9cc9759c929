// The sums over all participants of a segment, for each role, including those that have left.
#pragma once

#include "tool/monitor.hpp"

#include <handoff/inspect.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace handoff::apps::tool {

/// The roles that participants of such a segment have.
std::vector<inspect::Role> roles_of(inspect::Kind kind);

/// Adds up the counters of participants, look for look. A sum over the present participants would fall whenever one
/// leaves, and a reader of counters takes that for a new beginning: it would count the others once more. What a
/// participant did between the last look and its end is not seen.
class Totals {
public:
    /// The counters of a role, as if it were one participant. `waiting` counts only present participants.
    using Sum = inspect::Participant;

    /// Adds what was done since the look before; of new participants, all that they did since they joined. A segment
    /// that is gone is forgotten, one that was replaced begins anew.
    void add(const std::vector<Look>& looks);
    /// One for each role of that segment's kind; empty if it was never seen.
    std::vector<Sum> of(const std::string& segment) const;

private:
    struct Seen {
        std::uint64_t instance = 0;
        std::map<inspect::Role, Sum> sums;
        std::map<std::uint64_t, inspect::Participant> last;  ///< by id: the participants at the last look
    };
    static void add(Seen& seen, const inspect::Report& report);

    std::map<std::string, Seen> segments_;
};

}  // namespace handoff::apps::tool
