// handoff_prove: steps every operation instruction by instruction, kills, stops and declares dead, and looks at what is
// left.
#include <handoff/testing.hpp>

#include <sys/mman.h>
#include <boost/program_options.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>

#include "prove/channel_scenarios.hpp"
#include "prove/controls.hpp"
#include "prove/numbers.hpp"
#include "prove/pairs.hpp"
#include "prove/proof.hpp"
#include "prove/report.hpp"
#include "prove/topic_scenarios.hpp"

namespace po = boost::program_options;
using namespace handoff::prove;

namespace {

constexpr int wrong = 1, misused = 2, skipped = 77;

struct Options {
    std::string what, only, report;
    bool fast = false, thorough = false;
};

/// Declaring dead looks at every instruction anyway. Real kills and preemptions cost all the steps before them: they
/// are made at every instruction of the operations that hand messages over, and spread evenly over the others.
Depth depth_for(const Scenario& scenario, const Options& options) {
    constexpr std::uint64_t few = 300, some = 4'000, many = 20'000;
    const auto is_one_of = [](const std::string& text, std::initializer_list<const char*> list) {
        return std::find(list.begin(), list.end(), text) != list.end();
    };
    const bool quiet = is_one_of(scenario.start, {"empty", "full", "all slots but one in use", "wrapped"});
    const bool handing_over =
        is_one_of(scenario.operation, {"send", "receive", "processed", "publish", "next", "write", "read"}) &&
        is_one_of(scenario.start, {"half full", "one value"});
    if (options.thorough) return {};
    if (options.fast && quiet) return {.recoverer = 0, .kills = 0, .preemptions = 0, .system_calls = 0};
    if (options.fast && scenario.pattern == "names")  // a hundred thousand instructions, but few that others can see
        return {.recoverer = 0, .kills = 0, .preemptions = 0, .system_calls = 4};
    if (options.fast) return {.recoverer = 12, .system_calls = 16, .most_steps = few};
    if (handing_over) return {};
    if (quiet) return {.recoverer = 4, .system_calls = 2, .most_steps = some};
    return {.most_steps = many};
}

std::vector<Scenario> scenarios_of(const std::string& what, const std::string& name, OperationLog& log) {
    if (what == "channel") return channel_scenarios(name, log);
    if (what == "topic") return topic_scenarios(name, log);
    if (what == "latest") return latest_scenarios(name, log);
    if (what == "sleepers") return sleeping_scenarios(name, log);
    return name_scenarios(name, log);
}

void show(const Row& row) {
    std::cerr << row.pattern << ": " << row.operation << ", " << row.start << ": "
              << (row.failures == 0 ? "good" : "WRONG") << ", " << row.seconds << " s\n";
}

Report prove(const Options& options, const std::string& name, OperationLog& log) {
    Report report;
    const auto is_wanted = [&](const std::string& title) { return title.find(options.only) != std::string::npos; };
    const auto enter = [&](const Row& row) {
        report.enter(row);
        show(row);
    };
    if (options.what == "pairs") {
        constexpr std::size_t one_in = 9;  // when it must be fast
        const auto pairs = pairs_of(name, log);
        for (std::size_t i = 0; i < pairs.size(); i += options.fast ? one_in : 1) {
            const auto& [dead, stopped] = pairs[i];
            if (!is_wanted(dead.operation + " x " + stopped.operation)) continue;
            const int stride = options.fast ? 397 : 97;
            const Depth depth{.recoverer = options.fast       ? 6
                                           : options.thorough ? 1
                                                              : 2,
                              .preemptions = options.thorough ? 1 : stride};
            enter(Proof(log, depth).prove_pair(dead, stopped));
        }
        return report;
    }
    for (const Scenario& scenario : scenarios_of(options.what, name, log))
        if (is_wanted(scenario.operation + ", " + scenario.start))
            enter(Proof(log, depth_for(scenario, options)).prove(scenario));
    return report;
}

void write(const std::string& path, const std::string& text) {
    if (!path.empty()) std::ofstream(path) << text;
}

int run(const Options& options) {
    if (const std::string why = why_no_stepping(); !why.empty()) {
        std::cerr << "skipped: " << why << '\n';
        return skipped;
    }
    if (options.what == "controls") return show_controls(options.report, options.fast) ? 0 : wrong;
    if (options.what == "numbers") {
        const std::string table = numbers();
        std::cout << table;
        write(options.report, table);
        return 0;
    }
    void* memory = mmap(nullptr, sizeof(OperationLog), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    const handoff::testing::UniqueName name("prove");
    const Report report = prove(options, name.str(), *static_cast<OperationLog*>(memory));
    std::cout << report.text();
    write(options.report, report.markdown());
    return report.failures() == 0 ? 0 : wrong;
}

}  // namespace

int main(int argc, char** argv) try {
    Options options;
    po::options_description description("handoff_prove WHAT [options]");
    auto add = description.add_options();
    add("what", po::value(&options.what)->required(),
        "channel, topic, latest, sleepers, names, pairs, controls or numbers");
    add("fast", po::bool_switch(&options.fast), "a part: for the channel some minutes, for the others less");
    add("thorough", po::bool_switch(&options.thorough), "kills and preemptions at every instruction: days");
    add("only", po::value(&options.only)->default_value(""), "operations and start states that contain this text");
    add("report", po::value(&options.report)->default_value(""), "write the table to this file, as Markdown");
    add("help", "this text");
    po::positional_options_description positional;
    positional.add("what", 1);
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(description).positional(positional).run(), values);
    if (values.count("help") != 0) {
        std::cout << description;
        return 0;
    }
    po::notify(values);
    const auto known = {"channel", "topic", "latest", "sleepers", "names", "pairs", "controls", "numbers"};
    if (std::find(known.begin(), known.end(), options.what) == known.end())
        throw po::error("there is nothing called '" + options.what + "' to prove; see --help");
    return run(options);
} catch (const po::error& error) {
    std::cerr << "handoff_prove: " << error.what() << '\n';
    return misused;
} catch (const std::exception& error) {
    std::cerr << "handoff_prove: " << error.what() << '\n';
    return wrong;
}
