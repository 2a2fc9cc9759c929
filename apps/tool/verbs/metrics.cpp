#include "cli/arguments.hpp"
#include "tool/metrics/exposition.hpp"
#include "tool/metrics/server.hpp"
#include "tool/monitor.hpp"
#include "tool/verbs.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <iostream>

namespace handoff::apps::tool {

namespace {

void add_options(boost::program_options::options_description& options) {
    options.add_options()("listen", value("ADDRESS"),
                          "serve http://ADDRESS/metrics until Ctrl-C; like 127.0.0.1:9464, [::1]:9464, or 9464 on "
                          "the loopback. Port 0 takes a free one")(
        "participants", boost::program_options::bool_switch(),
        "each participant, too, as handoff_participant_...: 77 series for each receiver that ever comes");
}

void print_address(const ServerAddress& address) {
    std::cerr << "http://" << address.text() << "/metrics" << std::endl;
    if (!address.is_loopback)
        std::cerr << "every host that can reach this address can read the names of segments and programs" << std::endl;
}

ExitCode run(const Invocation& invocation) {
    Monitor monitor(invocation.operands.empty() ? "*" : invocation.operands.front());
    Totals totals;
    const bool with_participants = invocation.arguments.flag("participants");
    const auto page = [&] {
        const auto looks = monitor.look();
        totals.add(looks);
        return exposition_of(looks, totals, with_participants);
    };
    if (invocation.arguments.given("listen"))
        serve(parse_address(invocation.arguments.text("listen")), ServerLimits{}, page, print_address);
    else
        std::cout << page();
    return ExitCode::ok;
}

}  // namespace

const Verb metrics{
    .name = "metrics",
    .operands = "[GLOB]",
    .least_operands = 0,
    .most_operands = 1,
    .completes = Operand::segment,
    .summary = "counters and histograms for Prometheus",
    .description =
        "Prints what is known of all segments in Prometheus' text format: gauges of slots and\n"
        "participants, counters, histograms of delay, round trip and work, summed up for each segment and\n"
        "role. With --listen it serves them to a Prometheus server: it reads at each request, never in between;\n"
        "the sums keep the counts of participants that left since it began. Without it, or before: only of\n"
        "present participants.",
    .add_options = add_options,
    .run = run};

}  // namespace handoff::apps::tool
