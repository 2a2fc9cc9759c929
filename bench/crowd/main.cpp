// handoff_bench_crowd: what a crowd of senders, receivers and subscribers costs, beside a pipe, Boost's message_queue
// and a bare futex.
#include <boost/program_options.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "crowd/crowd.hpp"
#include "crowd/report.hpp"
#include "harness/interrupt.hpp"
#include "harness/leftovers.hpp"
#include "harness/options.hpp"
#include "harness/page.hpp"
#include "harness/trial.hpp"
#include "harness/works.hpp"

namespace {

using bench::UsageError;
using namespace bench::crowd;

constexpr int ok = 0, failed = 1, usage = 2, interrupted = 130;

struct Options {
    std::string part, json, svg, page;
    Run run{};
    bool quick = false, list = false, help = false;
};

boost::program_options::options_description description_of(Options& options) {
    namespace po = boost::program_options;
    po::options_description description("Options");
    auto add = description.add_options();
    add("part", po::value(&options.part), "rows, whole or by their first parts: senders,receivers.400 (default: all)");
    add("rounds", po::value(&options.run.rounds)->default_value(3), "trials of each contender in each row");
    add("seconds", po::value(&options.run.seconds)->default_value(1), "how long each of them is looked at");
    add("noise", po::value(&options.run.tolerance)->default_value(0.25),
        "no verdict near the bound where the middle half of the rounds is wider than this part of the median");
    add("quick", po::bool_switch(&options.quick), "1 round of 0.3 s: a first look");
    add("json", po::value(&options.json), "write all results into this file; - is stdout, and the tables then stderr");
    add("svg", po::value(&options.svg), "write plots into this directory");
    add("page", po::value(&options.page), "fill the part `crowd` of this page (docs/measurements/crowd.md)");
    add("list", po::bool_switch(&options.list), "say what can be measured, and whom with");
    add("help", po::bool_switch(&options.help), "print this");
    return description;
}

std::deque<Row> selected_rows(const Options& options) {
    std::deque<Row> rows = all_rows();
    const std::vector<std::string> parts = bench::split(options.part);
    for (const std::string& part : parts)
        if (std::none_of(rows.begin(), rows.end(), [&](const Row& row) { return bench::is_selected(row.id, part); }))
            throw UsageError("there is no row '" + part + "'; --list shows them");
    if (!parts.empty())
        std::erase_if(rows, [&](const Row& row) {
            return std::none_of(parts.begin(), parts.end(),
                                [&](const std::string& part) { return bench::is_selected(row.id, part); });
        });
    return rows;
}

/// One trial of an entry; what goes wrong becomes its words, and it is not tried again.
void try_once(const Row& row, Entry& entry, double seconds) {
    Task task{.name = bench::trial_name(),
              .directory = {},
              .many = row.many,
              .per_second = row.per_second,
              .seconds = seconds};
    task.directory = bench::scratch_directory() + "/" + task.name;
    const bench::Leftovers leftovers(task.name, task.directory);
    try {
        for (const auto& [measure, value] : entry.run(task)) entry.figures[measure].push_back(value);
    } catch (const TrialFailed& error) {
        entry.words = error.what();
    }
}

/// In each round every contender has one trial, one after the other; another one begins each round.
void measure(Row& row, const Run& run) {
    constexpr std::uint32_t others = 1;
    const std::string too_many = why_too_many(row.many + others, row.descriptors);
    for (Entry& entry : row.entries) entry.words = too_many;
    const std::size_t count = row.entries.size();
    for (int round = 0; round < run.rounds; ++round)
        for (std::size_t turn = 0; turn < count; ++turn) {
            Entry& entry = row.entries[(turn + static_cast<std::size_t>(round)) % count];
            bench::check_interrupts();
            if (entry.words.empty()) try_once(row, entry, run.seconds);
        }
}

void list(const std::deque<Row>& rows) {
    for (const Row& row : rows) {
        std::cout << row.id << "  " << row.title << ':';
        for (const Entry& entry : row.entries) std::cout << (&entry == &row.entries.front() ? " " : "; ") << entry.name;
        std::cout << '\n';
    }
}

void write_reports(const Options& options, const std::deque<Row>& rows) {
    if (!options.json.empty()) bench::write_file(options.json, json_of(options.run, rows));
    if (!options.svg.empty()) {
        std::filesystem::create_directories(options.svg);
        for (const auto& [file, chart] : charts_of(rows))
            bench::write_file(options.svg + "/" + file, bench::svg_of(chart));
    }
    if (options.page.empty()) return;
    std::string page = bench::content_of(options.page);
    bench::replace_part(page, "crowd", page_of(options.run, rows));
    bench::write_file(options.page, page);
}

int run(Options options) {
    if (options.run.rounds < 1 || !(options.run.seconds > 0) || options.run.seconds > 60)
        throw UsageError("--rounds must be 1 or more, --seconds more than 0 and at most 60");
    if (options.quick) options.run.rounds = 1, options.run.seconds = 0.3;
    std::deque<Row> rows = selected_rows(options);
    if (options.list) return list(rows), ok;
    if (!options.page.empty()) bench::content_of(options.page);  // before a quarter of an hour of measuring

    options.run.machine = bench::this_machine();
    bench::catch_interrupts();
    std::ostream& words = options.json == "-" ? std::cerr : std::cout;
    for (Row& row : rows) {
        measure(row, options.run);
        words << text_of(row, options.run.tolerance) << std::endl;
    }
    words << text_of(verdicts(rows, options.run.tolerance)) << bench::words_of(options.run.machine) << '\n';
    write_reports(options, rows);
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
        std::cout
            << "Measures what many senders, receivers and subscribers cost, beside a pipe, Boost's message_queue and "
               "a bare futex.\n"
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
