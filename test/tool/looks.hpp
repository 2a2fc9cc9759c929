// Looks at segments that do not exist, for what only reads them.
#pragma once

#include "tool/monitor.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace tool_test {

inline handoff::inspect::Participant participant(std::uint64_t id, handoff::inspect::Role role,
                                                 std::uint64_t messages = 0, std::uint64_t bytes = 0) {
    handoff::inspect::Participant made{};
    made.index = static_cast<std::uint32_t>(id);
    made.id = id;
    made.role = role;
    made.life = handoff::inspect::Life::alive;
    made.pid = static_cast<std::uint32_t>(1000 + id);
    made.program = "program";
    made.messages = messages;
    made.bytes = bytes;
    return made;
}

inline handoff::inspect::Slot slot(std::uint32_t index, handoff::inspect::SlotState state) {
    handoff::inspect::Slot made{};
    made.index = index;
    made.state = state;
    return made;
}

inline handoff::inspect::Report report(const std::string& name, handoff::inspect::Kind kind,
                                       std::vector<handoff::inspect::Participant> participants = {},
                                       std::vector<handoff::inspect::Slot> slots = {}) {
    handoff::inspect::Report made{};
    made.name = name;
    made.kind = kind;
    made.segment_bytes = 4096;
    made.payload_bytes = 64;
    made.participants = std::move(participants);
    made.slot_list = std::move(slots);
    return made;
}

inline handoff::apps::tool::Look look(handoff::inspect::Report of) {
    handoff::apps::tool::Look made{};
    made.file.name = of.name;
    made.report = std::move(of);
    return made;
}

inline handoff::apps::tool::Look problem(const std::string& name, handoff::Errc code, const std::string& sentence) {
    handoff::apps::tool::Look made{};
    made.file.name = name;
    made.problem = handoff::Failure(code, sentence);
    return made;
}

}  // namespace tool_test
