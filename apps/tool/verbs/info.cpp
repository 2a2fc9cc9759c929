#include "cli/units.hpp"
#include "tool/findings.hpp"
#include "tool/format.hpp"
#include "tool/monitor.hpp"
#include "tool/recording/description.hpp"
#include "tool/report_json.hpp"
#include "tool/table.hpp"
#include "tool/verbs.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <iostream>

namespace po = boost::program_options;

namespace handoff::apps::tool {

using inspect::Kind;
using inspect::Report;
using inspect::Slot;
using inspect::SlotState;

namespace {

std::string format_options(const Report& report) {
    std::string words = counted(report.slot_list.size(), "slot") + " of " + format_bytes(report.payload_bytes);
    if (report.reply_bytes > 0) words += " and " + format_bytes(report.reply_bytes) + " for the answer";
    if (report.kind == Kind::channel)
        words += report.max_deliveries == 0 ? ", any number of deliveries"
                                            : ", " + std::to_string(report.max_deliveries) + " deliveries at most";
    if (report.in_place) words += ", edited in place";
    if (report.kind == Kind::topic)
        words += ": history " + std::to_string(report.history) + ", loans " + std::to_string(report.loans) +
                 ", pin budget " + std::to_string(report.pin_budget);
    if (report.sync == Sync::boost) words += ", sync boost";
    words += ", room for " + std::to_string(report.participant_places) + " participants";
    return words + (report.lifetime == Lifetime::persistent ? ", persistent" : ", goes with the last participant");
}

std::string format_counters(const Report& report) {
    if (report.kind != Kind::channel) return std::to_string(report.newest) + " published";
    return std::to_string(report.redelivered) + " redelivered, " + std::to_string(report.given_up) + " given up, " +
           std::to_string(report.failed) + " failed, " + std::to_string(report.withdrawn) + " withdrawn";
}

std::string percentiles(const inspect::LatencyHistogram& histogram) {
    if (histogram.count() == 0) return "-";
    return format_duration(histogram.percentile(50)) + " / " + format_duration(histogram.percentile(99));
}

std::string participants_table(const Report& report) {
    Table table({">#", "ROLE", "PROGRAM", ">PID", "USER", "IS", ">SINCE", ">MESSAGES", ">BYTES", ">FINISHED", ">FAILED",
                 ">RETURNED", ">TIMEOUTS", ">LOST", ">DELAY p50 / p99", ">WORK p50 / p99"});
    for (const auto& one : report.participants)
        table.add({std::to_string(one.index), to_string(one.role), one.program, std::to_string(one.pid),
                   user_name(one.uid), std::string(to_string(one.life)) + (one.waiting > 0 ? ", waiting" : ""),
                   format_age(one.attached_for), std::to_string(one.messages), format_bytes(one.bytes),
                   std::to_string(one.finished), std::to_string(one.failed), std::to_string(one.returned),
                   std::to_string(one.timeouts), std::to_string(one.lost), percentiles(one.delay),
                   percentiles(one.work)});
    return table.empty() ? "  none\n" : table.str("  ");
}

std::string holder_of(const Report& report, const Slot& slot) {
    const auto name_of = [&](std::uint32_t index) {
        const auto* one = participant_at(report, index);
        return one != nullptr ? named(*one) : "participant " + std::to_string(index);
    };
    std::string words = slot.owner ? name_of(*slot.owner) : "";
    for (const std::uint32_t index : slot.pinned_by) words += (words.empty() ? "" : ", ") + name_of(index);
    return words.empty() ? "-" : words;
}

std::string format_state(const Slot& slot) {
    if (slot.state != SlotState::published) return to_string(slot.state);
    return slot.kept ? "kept" : slot.pinned_by.empty() ? "overwritable" : "pinned";
}

std::string slots_table(const Report& report) {
    Table table({">#", "STATE", "HELD BY", ">FOR", ">SEQUENCE", ">BYTES", "CONTENT", ">DELIVERIES"});
    std::size_t free = 0;
    for (const Slot& slot : report.slot_list) {
        if (slot.state == SlotState::free) {
            ++free;
            continue;
        }
        table.add({std::to_string(slot.index), format_state(slot), holder_of(report, slot), format_age(slot.since),
                   slot.sequence == 0 ? "-" : std::to_string(slot.sequence), format_bytes(slot.bytes),
                   format_description(slot.image), std::to_string(slot.deliveries)});
    }
    return (table.empty() ? "" : table.str("  ")) + "  " + std::to_string(free) + " free\n";
}

/// Of a segment that is large enough for them.
std::string format_large_pages(const Report& report, std::uint64_t bytes) {
    if (report.segment_bytes < inspect::large_pages().least_bytes) return "";
    return " (" + (bytes == 0 ? "none" : format_bytes(bytes)) + " on large pages)";
}

void print(const Report& report, std::uint64_t large_page_bytes) {
    std::cout << report.name << ": " << to_string(report.kind) << ", " << format_bytes(report.segment_bytes)
              << format_large_pages(report, large_page_bytes) << ", layout " << report.layout_version << "\n"
              << "  " << format_options(report) << "\n"
              << "  created " << format_time(report.created_at) << " by pid " << report.creator_pid << ", instance "
              << format_instance(report.instance) << "; " << user_name(report.owner_uid) << ":"
              << group_name(report.owner_gid) << " " << octal(report.mode) << "\n"
              << "  " << format_counters(report) << "; newest message "
              << (report.newest_age ? format_age(report.newest_age) + " old" : "never came") << "\n\n"
              << "participants\n"
              << participants_table(report) << "\nslots\n"
              << slots_table(report) << "\n";
    const auto found = findings(report);
    std::cout << (found.empty() ? "nothing looks wrong\n" : "what looks wrong\n");
    for (const Finding& finding : found) std::cout << "  * " << finding.what << "\n    -> " << finding.advice << "\n";
}

ExitCode run(const Invocation& invocation) {
    const std::string& name = invocation.operands.front();
    if (recording::is_meant(name)) {
        mcap::Reader reader(name);
        std::cout << (invocation.arguments.flag("json") ? recording::description_json(reader)
                                                        : recording::format_description(reader));
        return ExitCode::ok;
    }
    const inspect::Observer observer(name);  // throws what is wrong, in a sentence
    if (!invocation.arguments.flag("json")) {
        print(observer.report(), observer.large_page_bytes());
        return ExitCode::ok;
    }
    for (Look& look : look_twice(name, invocation.arguments.duration("interval"))) {
        if (look.report) look.large_page_bytes = observer.large_page_bytes();
        std::cout << report_json(look, true) << "\n";
    }
    return ExitCode::ok;
}

void add_options(po::options_description& options) {
    options.add_options()("interval", value("D", "250ms"),
                          "with --json: time between the two looks that rates come from");
    add_json_option(options);
}

}  // namespace

const Verb info{
    "info",
    "NAME",
    1,
    1,
    Operand::segment,
    "one segment in full: every participant, every slot, what is wrong; or a recording",
    "Shows options, participants with their counters and latencies, the holder of each slot and since when,\n"
    "and what looks wrong, with what to do about it. Also of a segment whose users are all dead.\n"
    "Of a recording: its topics, times and sizes, and whether it has its end. (A file is meant if there\n"
    "is one, or the word ends as one, and no segment has that name.)",
    add_options,
    run};

}  // namespace handoff::apps::tool
