// hz, bw and lat: the same loop, another line.
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "tool/format.hpp"
#include "tool/monitor.hpp"
#include "tool/verbs.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

enum class Measure { rate, bandwidth, latency };

struct Line {
    std::string words;
    JsonObject json;
};

void add_histogram(Line& line, const char* what, const inspect::LatencyHistogram& histogram) {
    if (histogram.count() == 0) return;
    line.words += (line.words.empty() ? "" : "   ") + std::string(what);
    for (const auto& [name, percent] : {std::pair("p50", 50.0), {"p90", 90.0}, {"p99", 99.0}, {"p99.9", 99.9}}) {
        const auto time = histogram.percentile(percent);
        line.words += " " + std::string(name) + " " + format_duration(time);
        std::string key = std::string(what) + "_" + name + "_ns";
        std::erase(key, '.');
        line.json.add(key, static_cast<std::uint64_t>(time.count()));
    }
    line.json.add(std::string(what) + "_count", histogram.count());
}

Line line_for(Measure measure, const std::string& segment, const Traffic& traffic) {
    Line line;
    line.json.add("segment", segment).add("seconds", traffic.seconds);
    if (measure == Measure::latency) {
        add_histogram(line, "delay", traffic.delay);
        add_histogram(line, "work", traffic.work);
        add_histogram(line, "round_trip", traffic.round_trip);
        if (line.words.empty()) line.words = "nothing was taken";
        return line;
    }
    if (measure == Measure::rate)
        line.words = fixed(traffic.messages_per_second, 2) + " messages/s";
    else
        line.words = format_bytes(static_cast<std::uint64_t>(traffic.bytes_per_second)) + "/s in " +
                     fixed(traffic.messages_per_second, 1) + " messages/s";
    line.json.add("messages_per_second", traffic.messages_per_second);
    line.json.add("bytes_per_second", traffic.bytes_per_second).add("lost", traffic.lost);
    if (traffic.lost > 0) line.words += ", " + std::to_string(traffic.lost) + " lost";
    return line;
}

/// All that was measured: the whole time, and how the intervals differed.
class Summary {
public:
    void add(const Traffic& traffic) {
        rates_.push_back(traffic.messages_per_second);
        whole_.seconds += traffic.seconds;
        messages_ += traffic.messages_per_second * traffic.seconds;
        bytes_ += traffic.bytes_per_second * traffic.seconds;
        whole_.lost += traffic.lost;
        whole_.delay += traffic.delay;
        whole_.work += traffic.work;
        whole_.round_trip += traffic.round_trip;
    }
    void print(Measure measure, const std::string& whose) {
        if (rates_.empty()) return;
        whole_.messages_per_second = messages_ / whole_.seconds;
        whole_.bytes_per_second = bytes_ / whole_.seconds;
        std::sort(rates_.begin(), rates_.end());
        std::cerr << whose << "in " << fixed(whole_.seconds, 1) << " s: " << line_for(measure, "", whole_).words;
        if (measure == Measure::rate)
            std::cerr << " (intervals: least " << fixed(rates_.front(), 2) << ", median "
                      << fixed(rates_[rates_.size() / 2], 2) << ", most " << fixed(rates_.back(), 2) << ")";
        std::cerr << "\n";
    }

private:
    Traffic whole_;
    double messages_ = 0;
    double bytes_ = 0;
    std::vector<double> rates_;
};

/// One segment by its name, and not another one that has it later. What happened until it went counts.
class Named {
public:
    explicit Named(const std::string& name) : observer_(name), before_(observer_.report()), before_at_(Clock::now()) {}

    bool is_there() const { return observer_.is_current(); }
    Look look() {
        Look look{.file = {}, .report = {}, .problem = {}, .traffic = {}, .large_page_bytes = {}};
        look.file.name = observer_.name();
        auto now = observer_.report();
        const auto now_at = Clock::now();
        look.traffic = traffic_between(before_, now, std::chrono::duration<double>(now_at - before_at_).count());
        before_ = std::move(now);
        before_at_ = now_at;
        return look;
    }

private:
    inspect::Observer observer_;
    inspect::Report before_;
    Clock::time_point before_at_;
};

/// Prints what was measured since the look before, a line for each segment.
class Measuring {
public:
    Measuring(Measure what, bool names_them, bool in_json) : what_(what), names_them_(names_them), in_json_(in_json) {}

    void show(const std::vector<Look>& looks) {
        std::size_t longest = 0;
        for (const Look& look : looks) longest = std::max(longest, look.file.name.size());
        for (const Look& look : looks) {
            if (look.problem) warn_once(look);
            if (!look.traffic) continue;
            summaries_[look.file.name].add(*look.traffic);
            print(look, longest);
        }
        flush_output();
        if (looks.empty() && names_them_ && !std::exchange(has_warned_of_none_, true))
            std::cerr << "no segment fits yet\n";
    }

    void print_summaries() {
        for (auto& [name, summary] : summaries_) summary.print(what_, names_them_ ? name + ": " : "");
    }

private:
    /// Once for each segment: what cannot be read now will not be readable at the next look.
    void warn_once(const Look& look) {
        if (warned_.insert(look.file.name).second)
            std::cerr << look.file.name << ": " << look.problem->message() << "\n";
    }

    void print(const Look& look, std::size_t longest) const {
        const Line line = line_for(what_, look.file.name, *look.traffic);
        const std::string gap(longest - look.file.name.size() + 2, ' ');
        std::cout << (in_json_ ? line.json.str() : (names_them_ ? look.file.name + gap : "") + line.words) << '\n';
    }

    const Measure what_;
    const bool names_them_;
    const bool in_json_;
    std::map<std::string, Summary> summaries_;
    std::set<std::string> warned_;
    bool has_warned_of_none_ = false;
};

ExitCode measure(Measure what, const Invocation& invocation) {
    const auto& arguments = invocation.arguments;
    const std::string& name = invocation.operands.front();
    const auto interval = arguments.duration("interval");
    if (interval < std::chrono::milliseconds(1)) throw UsageError("--interval: at least 1ms");
    const bool many = is_glob(name);
    std::optional<Named> one;
    if (!many) one.emplace(name);  // throws what is wrong with it
    Monitor monitor(name);
    Measuring measuring(what, many, arguments.flag("json"));
    if (many) measuring.show(monitor.look());
    // From here on: however long it took to open them, there is an interval to show.
    const auto until = arguments.given("duration") ? in(arguments.duration("duration")) : Clock::time_point::max();
    while (!stop_requested() && Clock::now() < until && (many || one->is_there())) {
        sleep_until(std::min(Clock::now() + interval, until));
        measuring.show(many ? monitor.look() : std::vector<Look>{one->look()});
    }
    if (!many && !one->is_there()) std::cerr << "'" << name << "' is gone\n";
    measuring.print_summaries();
    return ExitCode::ok;
}

ExitCode run_hz(const Invocation& invocation) {
    return measure(Measure::rate, invocation);
}
ExitCode run_bw(const Invocation& invocation) {
    return measure(Measure::bandwidth, invocation);
}
ExitCode run_lat(const Invocation& invocation) {
    return measure(Measure::latency, invocation);
}

void add_options(po::options_description& options) {
    options.add_options()("interval", value("D", "1s"), "a line so often")("duration", value("D"), "end after so long");
    add_json_option(options);
}

}  // namespace

const Verb hz{"hz",
              "NAME|GLOB",
              1,
              1,
              Operand::segment,
              "messages per second, until Ctrl-C",
              "Counts what is sent or published, a line every second, and sums up at the end.\n"
              "It reads counters that are kept anyway: exact at any rate, and without disturbing a participant.\n"
              "With a pattern ('cam*') a line for each segment whose name matches, also for those that appear later.",
              add_options,
              run_hz};
const Verb bw{"bw",
              "NAME|GLOB",
              1,
              1,
              Operand::segment,
              "bytes per second, until Ctrl-C",
              "As hz, for the bytes of the payloads, with one name or a pattern.",
              add_options,
              run_bw};
const Verb lat{
    "lat",
    "NAME|GLOB",
    1,
    1,
    Operand::segment,
    "percentiles of latencies, until Ctrl-C",
    "delay: from sent or published to taken. work: from taken to answered. round_trip: from sent to answered.\n"
    "Read from histograms that the participants keep: at most an eighth off. Handles that were opened with\n"
    "coarse timestamps keep none. With a pattern, a line for each segment, as hz.",
    add_options,
    run_lat};

}  // namespace handoff::apps::tool
