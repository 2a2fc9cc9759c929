// handoff_bench: handoff beside the limit and its rivals, in one run.
#include <boost/program_options.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "contender/os.hpp"
#include "harness/entrants.hpp"
#include "harness/interrupt.hpp"
#include "harness/json_report.hpp"
#include "harness/options.hpp"
#include "harness/page.hpp"
#include "harness/plots.hpp"
#include "harness/rounds.hpp"
#include "harness/summary.hpp"
#include "harness/table.hpp"

namespace {

using bench::content_of;
using bench::split;
using bench::UsageError;
using bench::write_file;

constexpr int ok = 0, failed = 1, usage = 2, interrupted = 130;

struct Options {
    std::string work, contender, json, svg, page, directory;
    bench::RoundOptions rounds;
    bool quick = false, summary = false, list = false, help = false;
};

boost::program_options::options_description description_of(Options& options) {
    namespace po = boost::program_options;
    po::options_description description("Options");
    auto add = description.add_options();
    add("work", po::value(&options.work), "work items, whole or by their first parts: W1,W2.64,W3.8 (default: all)");
    add("contender", po::value(&options.contender), "who takes part: limit,handoff,pipe (default: all that are built)");
    add("rounds", po::value(&options.rounds.rounds)->default_value(9), "trials of each contender in each work item");
    add("seconds", po::value(&options.rounds.seconds)->default_value(0.1), "length of a trial");
    add("noise", po::value(&options.rounds.tolerance)->default_value(0.25),
        "no ratio where the middle half of its rounds is wider than this part of the median");
    add("priority", po::bool_switch(&options.rounds.has_priority),
        "run at the highest priority (nice -20), so that other programs hardly get in between (needs root)");
    add("quick", po::bool_switch(&options.quick), "3 rounds of 50 ms: a first look");
    add("summary", po::bool_switch(&options.summary),
        "one line for each work item instead of a table, by default of the eight that people ask about first; with "
        "--svg one picture, summary.svg");
    add("json", po::value(&options.json), "write all results into this file; - is stdout, and the table then stderr");
    add("svg", po::value(&options.svg), "write plots into this directory");
    add("page", po::value(&options.page), "fill the tables of this page (docs/measurements/performance.md)");
    add("contenders", po::value(&options.directory),
        "directory of the contenders' programs (default: beside this one)");
    add("list", po::bool_switch(&options.list), "say what can be measured, and whom with");
    add("help", po::bool_switch(&options.help), "print this");
    return description;
}

std::vector<bench::Work> selected_works(const Options& options) {
    const std::vector<bench::Work> all = bench::all_works();
    if (options.work.empty()) return all;
    std::vector<bench::Work> chosen;
    for (const std::string& wanted : split(options.work))
        if (std::none_of(all.begin(), all.end(), [&](const auto& work) { return bench::is_selected(work.id, wanted); }))
            throw UsageError("there is no work item '" + wanted + "'; --list shows them");
    for (const bench::Work& work : all)
        for (const std::string& wanted : split(options.work))
            if (bench::is_selected(work.id, wanted)) {
                chosen.push_back(work);
                break;
            }
    return chosen;
}

std::vector<bench::Entrant> selected_entrants(const Options& options) {
    const auto all = bench::entrants_in(options.directory.empty() ? bench::default_directory() : options.directory);
    if (options.contender.empty()) return all;
    std::vector<bench::Entrant> chosen;
    for (const std::string& wanted : split(options.contender)) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == wanted; });
        if (found == all.end()) throw UsageError("there is no contender '" + wanted + "'; --list shows who is built");
        chosen.push_back(*found);
    }
    return chosen;
}

void list(const std::vector<bench::Work>& works, const std::vector<bench::Entrant>& entrants) {
    for (const bench::Work& work : works) std::cout << work.id << "  " << work.title << '\n';
    std::cout << '\n';
    for (const bench::Entrant& entrant : entrants)
        std::cout << entrant.name << " (" << entrant.kind << "): " << entrant.configuration << '\n';
    for (const std::string& name : bench::rivals_not_built()) std::cout << "not built: " << name << '\n';
}

void write_reports(const Options& options, const bench::RunInfo& info, const std::deque<bench::Row>& rows) {
    if (!options.json.empty()) write_file(options.json, bench::json_of(info, rows));
    if (!options.svg.empty()) {
        std::filesystem::create_directories(options.svg);
        if (options.summary) write_file(options.svg + "/summary.svg", bench::svg_of(bench::summary_chart(rows)));
        if (!options.summary)
            for (const auto& [file, chart] : bench::charts_of(rows))
                write_file(options.svg + "/" + file, bench::svg_of(chart));
    }
    if (!options.page.empty()) write_file(options.page, bench::filled_page(content_of(options.page), info, rows));
}

int run(Options options) {
    if (options.rounds.rounds < 1 || !(options.rounds.seconds > 0) || options.rounds.seconds > 60)
        throw UsageError("--rounds must be 1 or more, --seconds more than 0 and at most 60");
    if (options.quick) options.rounds.rounds = 3, options.rounds.seconds = 0.05;
    auto works = selected_works(options);
    if (options.summary && options.work.empty())
        std::erase_if(works, [questions = split(bench::first_questions)](const bench::Work& work) {
            return std::find(questions.begin(), questions.end(), work.id) == questions.end();
        });
    const auto entrants = selected_entrants(options);
    if (options.list) return list(works, entrants), ok;
    if (!options.page.empty()) content_of(options.page);  // before an hour of measuring

    std::ostream& words = options.json == "-" ? std::cerr : std::cout;
    const bool has_colours = isatty(options.json == "-" ? 2 : 1) != 0 && std::getenv("NO_COLOR") == nullptr;
    const bench::RunInfo info{
        bench::this_machine(),    options.rounds.rounds, options.rounds.seconds, options.rounds.has_priority, entrants,
        bench::rivals_not_built()};
    if (options.rounds.has_priority && setpriority(PRIO_PROCESS, 0, -20) != 0)
        throw UsageError("--priority needs the right to raise priorities: run it as root");
    bench::catch_interrupts();
    bench::Daemons daemons;
    std::deque<bench::Row> rows;
    for (const bench::Work& work : works) {
        rows.push_back(bench::measured(work, entrants, daemons, options.rounds));
        if (!options.summary) words << bench::text_of(rows.back(), rows, has_colours) << std::endl;
    }
    if (options.summary) words << bench::summary_of(rows) << '\n';
    words << info.machine.processor << ", " << info.machine.cores << " cores, " << info.machine.kernel << ", "
          << info.machine.date << ", commit " << info.machine.commit << ", " << info.rounds << " rounds of "
          << info.trial_seconds << " s" << (info.has_priority ? ", highest priority" : "") << '\n';
    for (const std::string& name : info.not_built) words << "not built: " << name << '\n';
    write_reports(options, info, rows);
    return ok;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    const auto description = description_of(options);
    try {
        boost::program_options::variables_map variables;
        boost::program_options::store(boost::program_options::parse_command_line(argc, argv, description), variables);
        boost::program_options::notify(variables);
        if (!options.help) return run(options);
        std::cout << "Measures handoff beside hand-made code that does only what the work needs, and beside rivals.\n"
                  << description;
        return ok;
    } catch (const boost::program_options::error& error) {
        std::cerr << error.what() << "; --help shows the options\n";
    } catch (const UsageError& error) {
        std::cerr << error.what() << '\n';
    } catch (const bench::Interrupted& error) {
        std::cerr << error.what() << '\n';
        return interrupted;
    } catch (const std::exception& exception) {
        std::cerr << exception.what() << '\n';
        return failed;
    }
    return usage;
}
