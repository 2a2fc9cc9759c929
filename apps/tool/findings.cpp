#include "tool/findings.hpp"

#include "cli/units.hpp"
#include "tool/format.hpp"
#include "tool/holdings.hpp"

#include <algorithm>

namespace handoff::apps::tool {

using inspect::Kind;
using inspect::Life;
using inspect::Participant;
using inspect::Report;
using inspect::Role;
using inspect::SlotState;

namespace {

constexpr std::chrono::seconds long_time{10};

std::uint64_t count(const Report& report, Role role, bool living = true) {
    return static_cast<std::uint64_t>(
        std::count_if(report.participants.begin(), report.participants.end(),
                      [&](const Participant& one) { return one.role == role && (!living || one.life != Life::dead); }));
}

std::uint64_t count(const Report& report, SlotState state) {
    return static_cast<std::uint64_t>(std::count_if(report.slot_list.begin(), report.slot_list.end(),
                                                    [&](const auto& slot) { return slot.state == state; }));
}

void find_people(const Report& report, std::vector<Finding>& found) {
    auto held = holdings(report);
    const bool any_alive = std::any_of(report.participants.begin(), report.participants.end(),
                                       [](const Participant& one) { return one.life == Life::alive; });
    for (const Participant& one : report.participants) {
        const std::string who = std::string(to_string(one.role)) + " " + named(one);
        if (one.life == Life::dead)
            found.push_back({who + " is dead and " + held[one.index].words(),
                             any_alive ? "the next call that waits here gives that back; `handoff clean " +
                                             report.name + "` does it now"
                                       : "no live participant is here to give it back: `handoff clean " + report.name +
                                             "`, or start the programs again"});
        if (one.life == Life::stopped)
            found.push_back({who + " is stopped (by a signal or a debugger) and " + held[one.index].words(),
                             "`kill -CONT " + std::to_string(one.pid) +
                                 "` lets it go on; if it is ended, what it holds goes to others"});
    }
    for (const Participant& one : report.participants) {
        const Holding& holding = held[one.index];
        if (one.life != Life::alive || holding.slots == 0 || holding.longest < long_time) continue;
        if (one.role == Role::sender && count(report, SlotState::loaned) == 0) continue;
        found.push_back({std::string(to_string(one.role)) + " " + named(one) + " " + holding.words(),
                         "is it hung? `gdb -p " + std::to_string(one.pid) +
                             "` shows where; if it is ended, what it holds goes to others"});
    }
}

/// Programs that were here, the last to join first, without those that still take part and this tool, whose `clean`
/// visits: one of them may be missing.
std::string format_gone(const Report& report) {
    constexpr std::size_t most = 3;
    std::vector<std::string> programs;
    std::string words;
    for (const auto& one : report.former) {
        const bool is_here = std::any_of(
            report.participants.begin(), report.participants.end(),
            [&](const Participant& other) { return other.life != Life::dead && other.program == one.program; });
        const bool is_named = std::find(programs.begin(), programs.end(), one.program) != programs.end();
        if (is_here || is_named || one.program == "handoff" || programs.size() == most) continue;
        programs.push_back(one.program);
        words += (words.empty() ? "" : ", ") + one.program + " (pid " + std::to_string(one.pid) + ")";
    }
    return words;
}

/// The program to start where no participant of that role lives. Never a verb of the tool: it would answer, and so
/// remove, what it takes.
std::string how_to_replace(const Report& report, Role missing) {
    for (const Participant& one : report.participants)
        if (one.role == missing && one.life == Life::dead)
            return "start " + one.program + " again: it was the " + to_string(missing) + " (pid " +
                   std::to_string(one.pid) + ") and died";
    const std::string gone = format_gone(report);
    if (!gone.empty()) return "was it one of those that were here before? Start it again: " + gone;
    return std::string("start the ") + to_string(missing) + ". If it runs, does it use this name, '" + report.name +
           "'? `handoff ls` shows the others";
}

void find_missing(const Report& report, std::vector<Finding>& found) {
    const auto missing = missing_role(report);
    if (!missing) return;
    const std::uint64_t ready = count(report, SlotState::ready);
    std::string what = "no " + std::string(to_string(*missing)) + ": ";
    if (*missing == Role::receiver)
        what += ready > 0 ? counted(ready, "message") + " unread"
                          : "nothing would take what " + counted(count(report, Role::sender), "sender") + " may send";
    if (*missing == Role::sender) what += counted(count(report, Role::receiver), "receiver") + " and nothing to do";
    if (*missing == Role::subscriber)
        what += counted(count(report, Role::publisher), "publisher") + ", and nothing was published yet";
    if (*missing == Role::publisher)
        what += report.newest_age ? "the newest message is " + format_age(report.newest_age) + " old"
                                  : std::string("nothing was published yet");
    found.push_back({what, how_to_replace(report, *missing)});
}

void find_channel(const Report& report, std::vector<Finding>& found) {
    const std::uint64_t ready = count(report, SlotState::ready);
    const std::uint64_t receivers = count(report, Role::receiver);
    if (used_slots(report) == report.slot_list.size() && receivers > 0)
        found.push_back({"all " + std::to_string(report.slot_list.size()) +
                             " slots are in use: " + std::to_string(ready) + " unread, " +
                             std::to_string(count(report, SlotState::taken)) + " taken, " +
                             std::to_string(count(report, SlotState::loaned)) + " on loan: senders wait for receivers",
                         "start more receivers, make them faster, or send less"});
    if (report.given_up > 0)
        found.push_back({counted(report.given_up, "request") + " given up: no receiver survived them",
                         "look at the receivers' logs; senders got Errc::given_up for each"});
}

void find_broadcast(const Report& report, std::vector<Finding>& found) {
    for (const Participant& one : report.participants)
        if (one.lost > 0)
            found.push_back({"subscriber " + named(one) + " lost " + counted(one.lost, "message") + " of " +
                                 std::to_string(one.lost + one.messages),
                             "it is too slow for a history of " + std::to_string(report.history) +
                                 ": read the newest only, create the topic with a longer history, or make it faster"});
}

}  // namespace

std::vector<Finding> findings(const Report& report) {
    std::vector<Finding> found;
    find_people(report, found);
    find_missing(report, found);
    if (report.kind == Kind::channel) {
        find_channel(report, found);
    } else {
        find_broadcast(report, found);
    }
    return found;
}

}  // namespace handoff::apps::tool
