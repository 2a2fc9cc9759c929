#include "cli/json.hpp"
#include "cli/units.hpp"
#include "tool/format.hpp"
#include "tool/holdings.hpp"
#include "tool/monitor.hpp"
#include "tool/table.hpp"
#include "tool/verbs.hpp"

#include <handoff/inspect.hpp>

#include <boost/program_options/options_description.hpp>

#include <algorithm>
#include <iostream>
#include <string>
#include <tuple>
#include <vector>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

/// One handle of a process on one segment.
struct Part {
    std::string segment;
    inspect::Participant one;
    Holding holding;
};

/// By process; one that takes part in several segments has several.
std::vector<Part> parts_of(const std::vector<Look>& looks) {
    std::vector<Part> parts;
    for (const Look& look : looks) {
        if (!look.report) continue;
        auto held = holdings(*look.report);
        for (const inspect::Participant& one : look.report->participants)
            parts.push_back({look.report->name, one, held[one.index]});
    }
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
        return std::tie(a.one.pid, a.segment, a.one.id) < std::tie(b.one.pid, b.segment, b.one.id);
    });
    return parts;
}

void print_table(const std::vector<Part>& parts) {
    Table table({">PID", "USER", "PROGRAM", "IS", "SEGMENT", "ROLE", ">SLOTS", ">FOR", ">MESSAGES", ">SINCE"});
    for (const Part& part : parts)
        table.add({std::to_string(part.one.pid), user_name(part.one.uid), part.one.program,
                   std::string(to_string(part.one.life)) + (part.one.waiting > 0 ? ", waiting" : ""), part.segment,
                   to_string(part.one.role), std::to_string(part.holding.slots),
                   part.holding.longest.count() == 0 ? "-" : format_age(part.holding.longest),
                   std::to_string(part.one.messages), format_age(part.one.attached_for)});
    if (!table.empty()) std::cout << table.str();
}

std::string in_json(const Part& part) {
    JsonObject object;
    object.add("pid", std::uint64_t{part.one.pid}).add("uid", std::uint64_t{part.one.uid});
    object.add("program", part.one.program).add("life", to_string(part.one.life)).add("segment", part.segment);
    object.add("role", to_string(part.one.role)).add("id", part.one.id).add("slots", part.holding.slots);
    object.add_exact("held_for_ns", static_cast<std::uint64_t>(part.holding.longest.count()));
    object.add("waiting", std::uint64_t{part.one.waiting}).add("messages", part.one.messages);
    return object.add_exact("attached_for_ns", static_cast<std::uint64_t>(part.one.attached_for.count())).str();
}

ExitCode run(const Invocation& invocation) {
    const std::string glob = invocation.operands.empty() ? "*" : invocation.operands.front();
    const auto looks = Monitor(glob).look();
    if (looks.empty() && !is_glob(glob))
        throw Error(Errc::no_such_segment, "there is no '" + glob + "'" + inspect::did_you_mean(glob));
    const auto parts = parts_of(looks);
    if (invocation.arguments.flag("json")) {
        for (const Part& part : parts) std::cout << in_json(part) << "\n";
    } else {
        print_table(parts);
    }
    for (const Look& look : looks)
        if (look.problem) std::cerr << look.file.name << ": " << look.problem->message() << "\n";
    if (parts.empty())
        std::cerr << "no process takes part in any segment" << (glob == "*" ? "" : " of that name") << "\n";
    return ExitCode::ok;
}

}  // namespace

const Verb ps{
    "ps",
    "[GLOB]",
    0,
    1,
    Operand::segment,
    "every process: where it takes part, and what it holds there",
    "Lists the participants of segments, by process: one line for each place that a process has in one, with\n"
    "its role. SLOTS: held by it, FOR: since when, the oldest. SINCE: when it joined. GLOB: of segments.\n"
    "A pid is that of the process's own pid namespace, so two containers may have the same.",
    add_json_option,
    run};

}  // namespace handoff::apps::tool
