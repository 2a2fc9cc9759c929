// What all who take part in a segment have done, in each role, also those who have left since.
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

/// Adds up the counters of participants, look for look. A sum over those who are there would fall whenever one leaves,
/// and a reader of counters takes that for a new beginning: it would count the others once more.
/// What somebody did between the last look and his end is not seen.
class Totals {
public:
    /// The counters of a role, as if it were one participant. `waiting` is of those who are there.
    using Sum = inspect::Participant;

    /// Adds what was done since the look before; of those who are new, all that they did since they joined. A segment
    /// that is gone is forgotten, one that was replaced begins anew.
    void add(const std::vector<Look>& looks);
    /// One for each role of that segment's kind; empty if it was never seen.
    std::vector<Sum> of(const std::string& segment) const;

private:
    struct Seen {
        std::uint64_t instance = 0;
        std::map<inspect::Role, Sum> sums;
        std::map<std::uint64_t, inspect::Participant> last;  ///< by id: who was there at the last look
    };
    static void add(Seen& seen, const inspect::Report& report);

    std::map<std::string, Seen> segments_;
};

}  // namespace handoff::apps::tool
