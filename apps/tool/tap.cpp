#include "tool/tap.hpp"

#include <algorithm>

namespace handoff::apps::tool {

using inspect::Slot;
using inspect::SlotState;

std::vector<Passed> Tap::look(const inspect::Report& report) {
    const auto now = std::chrono::steady_clock::now();
    const bool count_apart = report.kind == inspect::Kind::channel;
    std::vector<Passed> all;
    for (const Slot& slot : report.slot_list)
        if (slot.state != SlotState::free && slot.state != SlotState::loaned && slot.sequence != 0)
            all.push_back({slot.sender, slot.sequence, slot.bytes, slot.image, slot.deliveries, slot.state, now});
    std::sort(all.begin(), all.end(), [](const Passed& a, const Passed& b) { return a.sequence < b.sequence; });
    std::vector<Passed> fresh;
    for (const Passed& message : all) {
        std::uint64_t& newest = newest_[count_apart ? message.sender : 0];
        if (message.sequence <= newest) continue;
        if (newest != 0) missed_ += message.sequence - newest - 1;  // unknown for one that is seen for the first time
        newest = message.sequence;
        if (has_begun_) fresh.push_back(message);
    }
    has_begun_ = true;
    return fresh;
}

}  // namespace handoff::apps::tool
