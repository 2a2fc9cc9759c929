#include "harness/json_report.hpp"

#include <nlohmann/json.hpp>

namespace bench {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Spread& spread, const std::string& unit) {
    return {{"median" + unit, spread.median},
            {"first_quartile" + unit, spread.low},
            {"third_quartile" + unit, spread.high},
            {"rounds", spread.count}};
}

Json json_of(const Row& row, const Series& series) {
    Json json{{"contender", series.entrant().name}, {"kind", series.entrant().kind}};
    if (!series.words().empty()) json[series.was_refused() ? "refused" : "failed"] = series.words();
    if (!series.has_figures()) return json;
    const std::string unit = row.work().figure == Figure::nanoseconds ? "_ns" : "_per_second";
    json["figure"] = json_of(series.figure(), unit);
    json["each_round" + unit] = series.figures();
    if (const Series* limit = row.find("limit")) {
        const Ratio ratio = series.to(*limit);
        json["ratio_to_limit"] = json_of(ratio.spread, "");
        json["too_noisy"] = ratio.is_noisy;
    }
    if (series.timed() > 0) {
        Json percentiles;
        for (const auto& [name, percent] : {std::pair{"p50_ns", 50.0},
                                            {"p90_ns", 90.0},
                                            {"p99_ns", 99.0},
                                            {"p99_9_ns", 99.9},
                                            {"p99_99_ns", 99.99},
                                            {"max_ns", 100.0}})
            if (static_cast<double>(series.timed()) * (100 - percent) >= 100 || percent == 100)
                percentiles[name] = series.percentile_ns(percent);
        json["times"] = percentiles;
        json["timed_messages"] = series.timed();
    }
    json["cpu_both_sides_ns_per_message"] = series.cpu_ns();
    json["cpu_taking_side_ns_per_message"] = series.taker_cpu_ns();
    json["sleeps_per_message"] = series.sleeps();
    if (row.work().task.pattern == Pattern::latest) json["written_per_second"] = series.writes();
    return json;
}

Json json_of(const Row& row, const std::deque<Row>& rows) {
    static constexpr const char* kinds[] = {"met", "missed", "unknown"};
    Json json{{"work", row.work().id}, {"title", row.work().title}, {"message_bytes", row.work().task.bytes}};
    json["contenders"] = Json::array();
    for (const Series& series : row.series()) json["contenders"].push_back(json_of(row, series));
    json["goals"] = Json::array();
    for (const Verdict& verdict : row.verdicts(rows))
        json["goals"].push_back({{"verdict", kinds[static_cast<unsigned>(verdict.kind)]}, {"words", verdict.words}});
    return json;
}

}  // namespace

std::string json_of(const RunInfo& info, const std::deque<Row>& rows) {
    Json json{{"date", info.machine.date},
              {"commit", info.machine.commit},
              {"machine",
               {{"processor", info.machine.processor},
                {"cores", info.machine.cores},
                {"kernel", info.machine.kernel},
                {"governor", info.machine.governor},
                {"compiler", info.machine.compiler}}},
              {"rounds", info.rounds},
              {"trial_seconds", info.trial_seconds},
              {"highest_priority", info.has_priority},
              {"not_built", info.not_built}};
    json["contenders"] = Json::array();
    for (const Entrant& entrant : info.entrants)
        json["contenders"].push_back(
            {{"name", entrant.name}, {"kind", entrant.kind}, {"configuration", entrant.configuration}});
    json["works"] = Json::array();
    for (const Row& row : rows) json["works"].push_back(json_of(row, rows));
    return json.dump(2) + "\n";
}

}  // namespace bench
