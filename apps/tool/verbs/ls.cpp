#include "cli/units.hpp"
#include "tool/format.hpp"
#include "tool/monitor.hpp"
#include "tool/report_json.hpp"
#include "tool/table.hpp"
#include "tool/verbs.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <iostream>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

std::string format_rate(const std::optional<Traffic>& traffic) {
    return traffic ? fixed(traffic->messages_per_second, traffic->messages_per_second < 100 ? 1 : 0) + "/s" : "-";
}

std::vector<std::string> row(const Look& look) {
    const std::string owner = user_name(look.file.owner_uid);
    const std::string mode = octal(look.file.mode);
    if (!look.report)
        return {look.file.name, "?", format_bytes(look.file.file_bytes), "-", name_of(*look.problem), "-", "-", "-",
                owner,          mode};
    const auto& report = *look.report;
    return {report.name,
            to_string(report.kind),
            format_bytes(report.segment_bytes),
            std::to_string(used_slots(report)) + "/" + std::to_string(report.slot_list.size()),
            format_people(report),
            format_rate(look.traffic),
            format_age(report.newest_age),
            std::to_string(lost_messages(report)),
            owner,
            mode};
}

void print_table(const std::vector<Look>& looks) {
    Table table({"NAME", "KIND", ">SIZE", ">SLOTS", "WHO", ">RATE", ">NEWEST", ">LOST", "OWNER", "MODE"});
    for (const Look& look : looks) table.add(row(look));
    if (!table.empty()) std::cout << table.str();
    for (const Look& look : looks)
        if (look.problem) std::cerr << look.file.name << ": " << look.problem->message() << "\n";
}

ExitCode run(const Invocation& invocation) {
    const std::string glob = invocation.operands.empty() ? "*" : invocation.operands.front();
    if (invocation.arguments.flag("names")) {
        for (const auto& file : inspect::find(glob)) std::cout << file.name << "\n";
        return ExitCode::ok;
    }
    const auto looks = look_twice(glob, invocation.arguments.duration("interval"));
    if (invocation.arguments.flag("json")) {
        for (const Look& look : looks) std::cout << report_json(look, false) << "\n";
    } else {
        print_table(looks);
    }
    if (!looks.empty()) return ExitCode::ok;
    if (!is_glob(glob))
        throw Error(Errc::no_such_segment,
                    "there is no '" + glob + "' in " + inspect::memory().directory + inspect::did_you_mean(glob));
    std::cerr << "no segment" << (glob == "*" ? "" : " fits '" + glob + "'") << " in " << inspect::memory().directory
              << "\n";
    return ExitCode::ok;
}

void add_options(po::options_description& options) {
    options.add_options()("interval", value("D", "250ms"), "time between the two looks that the rate comes from")(
        "names", po::bool_switch(), "only the names, one a line, at once");
    add_json_option(options);
}

}  // namespace

const Verb ls{"ls",
              "[GLOB]",
              0,
              1,
              Operand::segment,
              "every segment: participants, how full, how fast, what was lost",
              "Lists channels, topics and latest values. GLOB: names to show, as the shell writes them ('cam*').\n"
              "SLOTS: in use, of all. WHO: participants, the dead among them. NEWEST: age of the newest message.\n"
              "LOST: messages that subscribers were too slow for, or that no receiver survived.",
              add_options,
              run};

}  // namespace handoff::apps::tool
