#include "tool/holdings.hpp"

#include "cli/units.hpp"
#include "tool/format.hpp"

#include <algorithm>

namespace handoff::apps::tool {

std::string Holding::words() const {
    if (slots == 0) return "holds nothing";
    const std::string held = "holds " + counted(slots, "slot");
    return longest.count() == 0 ? held : held + ", the oldest for " + format_age(longest);
}

std::map<std::uint32_t, Holding> holdings(const inspect::Report& report) {
    std::map<std::uint32_t, Holding> all;
    const auto add = [&](std::uint32_t index, std::chrono::nanoseconds since) {
        Holding& holding = all[index];
        ++holding.slots;
        holding.longest = std::max(holding.longest, since);
    };
    for (const auto& slot : report.slot_list) {
        if (slot.owner) add(*slot.owner, slot.since);
        for (const std::uint32_t index : slot.pinned_by) add(index, slot.since);
    }
    return all;
}

}  // namespace handoff::apps::tool
