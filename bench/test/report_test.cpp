#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include "harness/chart.hpp"
#include "harness/json_report.hpp"
#include "harness/page.hpp"
#include "harness/plots.hpp"
#include "harness/summary.hpp"
#include "harness/table.hpp"
#include "harness/to_string.hpp"

namespace {

using bench::Outcome;

bench::Entrant entrant(const std::string& name, const std::string& kind) {
    return {.name = name, .kind = kind, .configuration = "for <tests>", .program = ""};
}

const std::vector<bench::Entrant> entrants{entrant("limit", "limit"), entrant("handoff", "handoff"),
                                           entrant("slow", "rival"), entrant("fast", "rival")};

Outcome measured(double figure) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::measured;
    outcome.figure = figure;
    outcome.times.add(static_cast<std::uint64_t>(figure * 1000), 1000);
    return outcome;
}

Outcome refused(const std::string& words) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::refused;
    outcome.words = words;
    return outcome;
}

bench::Work work(std::vector<bench::Goal> goals, bench::Figure figure = bench::Figure::nanoseconds) {
    return {"W1.8.busy", "a title", figure, {}, std::move(goals)};
}

/// Three rounds: each contender's figures in turn.
bench::Row row_of(const bench::Work& work, const std::vector<std::vector<double>>& figures) {
    bench::Row row(work, entrants, 0.25);
    for (std::size_t at = 0; at < figures.size(); ++at)
        for (const double figure : figures[at]) row.series()[at].add(measured(figure));
    return row;
}

std::vector<bench::Verdict> verdicts_of(const bench::Row& row) {
    std::deque<bench::Row> rows{row};
    return rows.front().verdicts(rows);
}

using Verdict = bench::Verdict::Kind;
using Goal = bench::Goal::Kind;

bool is(const bench::Verdict& verdict, Verdict kind) {
    return verdict.kind == kind;
}

BOOST_AUTO_TEST_SUITE(report)

BOOST_AUTO_TEST_CASE(a_goal_is_met_by_the_median_ratio_of_the_rounds) {
    // Slow together in the second round: the ratio stays.
    const auto row = row_of(work({{Goal::of_limit, 1.5}, {Goal::of_limit, 1.3}}), {{100, 900, 100}, {140, 1260, 141}});
    BOOST_TEST(is(verdicts_of(row)[0], Verdict::unknown));  // the limit itself is too noisy to judge by
    const auto calm = row_of(work({{Goal::of_limit, 1.5}, {Goal::of_limit, 1.3}}), {{100, 102, 100}, {140, 143, 141}});
    BOOST_TEST(is(verdicts_of(calm)[0], Verdict::met));
    BOOST_TEST(is(verdicts_of(calm)[1], Verdict::missed));
    BOOST_TEST(verdicts_of(calm)[1].words == "at most 1.30x of the limit: 1.40x");
}

BOOST_AUTO_TEST_CASE(nothing_is_said_of_rounds_that_differ_too_much) {
    const auto row = row_of(work({{Goal::of_limit, 1.5}}), {{100, 100, 100}, {100, 200, 400}});
    BOOST_TEST(is(verdicts_of(row)[0], Verdict::unknown));
    for (const auto& line : bench::lines_of(row))
        if (line.contender == "handoff") BOOST_TEST(line.ratio == "too noisy");
}

BOOST_AUTO_TEST_CASE(the_best_rival_is_the_one_to_be_ahead_of) {
    const auto row = row_of(work({{Goal::ahead_of_rivals, 3}}), {{100}, {100}, {900}, {250}});
    BOOST_TEST(is(verdicts_of(row)[0], Verdict::missed));
    BOOST_TEST(verdicts_of(row)[0].words == "ahead of every rival by 3.00x (best: fast): 2.50x");
}

BOOST_AUTO_TEST_CASE(of_rates_more_is_better) {
    const auto row = row_of(
        work({{Goal::of_limit, 0.7}, {Goal::at_least, 60e6}, {Goal::ahead_of_rivals, 2}}, bench::Figure::per_second),
        {{100e6}, {80e6}, {10e6}, {30e6}});
    BOOST_TEST(is(verdicts_of(row)[0], Verdict::met));
    BOOST_TEST(is(verdicts_of(row)[1], Verdict::met));
    BOOST_TEST(is(verdicts_of(row)[2], Verdict::met));
}

BOOST_AUTO_TEST_CASE(a_row_is_compared_with_another_one) {
    bench::Work other = work({{Goal::of_work, 1.1, "W1.8.busy"}});
    other.id = "W1.zero.busy";
    const std::deque<bench::Row> rows{row_of(work({}), {{100}, {100}}), row_of(other, {{100}, {105}})};
    BOOST_TEST(is(rows[1].verdicts(rows)[0], Verdict::met));
    BOOST_TEST(is(rows[1].verdicts({})[0], Verdict::unknown));
}

BOOST_AUTO_TEST_CASE(the_table_has_the_limit_first_and_names_those_who_refuse) {
    auto row = row_of(work({}), {{100}, {300}, {900}});
    row.series()[3].add(refused("cannot"));
    const auto lines = bench::lines_of(row);
    BOOST_TEST(lines.size() == 3U);
    BOOST_TEST(lines[0].contender == "limit");
    BOOST_TEST(lines[1].ratio == "3.00x");
    BOOST_TEST(bench::refusals_of(row).at(0) == "fast: cannot");
}

BOOST_AUTO_TEST_CASE(a_summary_has_a_line_for_each_row_with_the_limit_and_the_best_rival) {
    bench::Work rate = work({}, bench::Figure::per_second);
    rate.title = "a rate";
    const std::deque<bench::Row> rows{row_of(work({}), {{100}, {300}, {900}, {450}}),
                                      row_of(rate, {{80e6}, {20e6}, {1e6}, {2e6}}), row_of(work({}), {{}, {300}})};
    BOOST_TEST(bench::summary_of(rows) ==
               "            limit   handoff  of limit  best rival\n"
               "a title    100 ns    300 ns     3.00x  450 ns  fast\n"
               "a rate   80.0 M/s  20.0 M/s     0.25x  2.00 M/s  fast\n"
               "a title         -    300 ns         -  -\n");
    const bench::Chart chart = bench::summary_chart(rows);
    BOOST_TEST(chart.categories.size() == 3U);
    for (const auto& line : chart.lines) {
        if (line.name == "limit") BOOST_TEST(line.values == std::vector<double>({1, 1, 0}));
        if (line.name == "handoff") BOOST_TEST(line.values == std::vector<double>({3, 4, 0}));
    }
}

BOOST_AUTO_TEST_CASE(the_json_can_be_read_and_has_units_in_its_keys) {
    const std::deque<bench::Row> rows{row_of(work({{Goal::of_limit, 1.5}}), {{100}, {300}})};
    const auto json = nlohmann::json::parse(bench::json_of({.rounds = 1, .entrants = entrants}, rows));
    const auto& handoff = json.at("works").at(0).at("contenders").at(1);
    BOOST_TEST(handoff.at("figure").at("median_ns").get<double>() == 300);
    BOOST_TEST(handoff.at("ratio_to_limit").at("median").get<double>() == 3);
    BOOST_TEST(handoff.at("times").contains("p50_ns"));
    BOOST_TEST(!handoff.at("times").contains("p99_99_ns"));  // a thousand values cannot tell it
    BOOST_TEST(json.at("works").at(0).at("goals").at(0).at("verdict").get<std::string>() == "missed");
}

BOOST_AUTO_TEST_CASE(a_page_keeps_its_words_and_gets_new_tables) {
    const std::deque<bench::Row> rows{row_of(work({{Goal::of_limit, 1.5}}), {{100}, {300}})};
    const std::string page =
        "before\n<!-- bench:run -->old<!-- /bench -->\n<!-- bench:goals -->old<!-- /bench -->\n"
        "<!-- bench:W1 -->old<!-- /bench -->\n<!-- bench:W2 -->kept<!-- /bench -->\nafter\n";
    const std::string filled = bench::filled_page(page, {.rounds = 1, .entrants = entrants}, rows);
    BOOST_TEST(filled.find("old") == std::string::npos);
    BOOST_TEST(filled.find("before\n") == 0U);
    BOOST_TEST(filled.find("3.00x") != std::string::npos);
    BOOST_TEST(filled.find(">kept<") != std::string::npos);
    BOOST_TEST(bench::filled_page(filled, {.rounds = 1, .entrants = entrants}, rows) == filled);
    BOOST_CHECK_THROW(bench::filled_page("nothing", {}, rows), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_chart_has_a_line_for_each_that_was_measured) {
    const std::deque<bench::Row> rows{row_of(work({}), {{100}, {300}})};
    const auto charts = bench::charts_of(rows);
    BOOST_TEST(charts.size() == 1U);
    BOOST_TEST(charts.at(0).first == "w1-busy.svg");
    BOOST_TEST(charts.at(0).second.lines.size() == 2U);
    const std::string svg = bench::svg_of(charts.at(0).second);
    BOOST_TEST(svg.find("handoff: 300 ns") != std::string::npos);
    BOOST_TEST(svg.find("slow") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_faster_one_lies_lower) {
    const bench::Chart chart{"<t>", bench::time_words, {"a"}, {{"limit", {10}}, {"handoff", {1000}}}};
    const std::string svg = bench::svg_of(chart);
    const auto height_of = [&](const std::string& title) {
        const std::size_t at = svg.rfind("cy=\"", svg.find(title));
        return std::stod(svg.substr(at + 4));
    };
    BOOST_TEST(height_of("limit: ") > height_of("handoff: "));  // y grows downwards
    BOOST_TEST(svg.find("&lt;t&gt;") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
