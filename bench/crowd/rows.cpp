#include "crowd/rows.hpp"

#include <algorithm>

#include "crowd/feeds.hpp"
#include "crowd/to_string.hpp"
#include "crowd/transports.hpp"

namespace bench::crowd {

namespace {

using Requests = Sides (*)(const Task&);
using HandoffFeed = Feed (*)(const Task&, Rest);

Entry senders_of(const char* name, Requests sides) {
    return {name, [=](const Task& task) { return many_senders(task, sides(task)); }};
}

Entry receivers_of(const char* name, Requests sides) {
    return {name, [=](const Task& task) { return many_receivers(task, sides(task)); }};
}

Entry feed_entry(const std::string& name, HandoffFeed feed, Rest rest) {
    return {name, [=](const Task& task) { return feed_crowd(task, feed(task, rest)); }};
}

Entry futex_entry() {
    return {"futex", [](const Task& task) {
                const FutexFeed word;
                return feed_crowd(task, word.feed(task));
            }};
}

Row senders_row(std::uint32_t many) {
    return {.group = "senders",
            .id = "senders." + std::to_string(many),
            .title = std::to_string(many) + " senders on 4 slots, one receiver",
            .many = many,
            .measure = Measure::rate,
            .control = "message_queue",
            .descriptors = many + 1,
            .entries = {senders_of("handoff", handoff_sides), senders_of("handoff_sleep", sleeping_handoff_sides),
                        senders_of("message_queue", message_queue_sides), senders_of("pipe", pipe_sides)}};
}

Row receivers_row(std::uint32_t many) {
    return {.group = "receivers",
            .id = "receivers." + std::to_string(many),
            .title = std::to_string(many) + " receivers asleep, one sender with one request at a time",
            .many = many,
            .measure = Measure::cpu_s,
            .control = "message_queue",
            .entries = {receivers_of("handoff", sleeping_handoff_sides),
                        receivers_of("message_queue", message_queue_sides), receivers_of("pipe", pipe_sides)}};
}

Row subscribers_row(std::uint32_t many) {
    constexpr std::uint32_t per_second = 200;
    return {.group = "subscribers",
            .id = "subscribers." + std::to_string(many),
            .title = std::to_string(many) + " subscribers of a topic, 200 messages a second",
            .many = many,
            .per_second = per_second,
            .measure = Measure::cpu_s,
            .control = "futex",
            .entries = {feed_entry("balanced", topic_feed, Rest::balanced),
                        feed_entry("sleep", topic_feed, Rest::sleep), futex_entry()}};
}

Row patterns_row(std::uint32_t per_second) {
    const std::string rate = per_second == 0 ? "idle" : std::to_string(per_second);
    Row row{.group = "patterns",
            .id = "patterns." + rate,
            .title = per_second == 0 ? "one waits, and nothing happens"
                                     : "one waits, " + std::to_string(per_second) + " messages a second",
            .per_second = per_second,
            .measure = per_second == 0 ? Measure::idle_cores : Measure::cpu_s,
            .control = "futex",
            .entries = {}};
    for (const auto& [name, feed] : {std::pair<std::string, HandoffFeed>{"channel", channel_feed},
                                     {"topic", topic_feed},
                                     {"latest", latest_feed}}) {
        row.entries.push_back(feed_entry(name + ", balanced", feed, Rest::balanced));
        row.entries.push_back(feed_entry(name + ", sleep", feed, Rest::sleep));
    }
    row.entries.push_back(futex_entry());
    return row;
}

/// Of each round that both have.
std::vector<double> quotients_of(const Entry& seen, Measure measure, const Entry& beside, Measure its) {
    if (!seen.has(measure) || !beside.has(its)) return {};
    return quotients(seen.figures.at(measure), beside.figures.at(its));
}

const Entry* entry_at(const std::deque<Row>& rows, const Cell& cell) {
    for (const Row& row : rows)
        if (row.id == cell.row) return row.find(cell.entry);
    return nullptr;
}

Verdict verdict_of(const std::deque<Row>& rows, const Wanted& wanted, const Entry& seen, double tolerance) {
    const auto words_of = [&](double value) {
        return wanted.beside ? short_number(value) + "x" : measure_words(wanted.seen.measure, value);
    };
    Verdict verdict{.row = wanted.seen.row,
                    .words = wanted.seen.entry + ": " + measure_name(wanted.seen.measure) +
                             (wanted.at_least ? " at least " : " at most ") + words_of(wanted.bound)};
    if (wanted.beside) {
        const bool is_same = wanted.beside->row == wanted.seen.row;
        verdict.words += " that of " + wanted.beside->entry + (is_same ? "" : " in " + wanted.beside->row);
    }
    std::vector<double> values;
    if (!wanted.beside && seen.has(wanted.seen.measure)) values = seen.figures.at(wanted.seen.measure);
    if (const Entry* beside = wanted.beside ? entry_at(rows, *wanted.beside) : nullptr)
        values = quotients_of(seen, wanted.seen.measure, *beside, wanted.beside->measure);
    const Spread spread = spread_of(values);
    if (spread.count == 0) {
        verdict.words += ": not measured" + (seen.words.empty() ? "" : " (" + seen.words + ")");
        // Who could not even do the work has not met what was wanted of it.
        if (!seen.words.empty()) verdict.kind = Verdict::Kind::missed;
        return verdict;
    }
    const bool is_met = wanted.at_least ? spread.median >= wanted.bound : spread.median <= wanted.bound;
    const bool is_clear = !is_too_noisy(spread, tolerance) ||
                          (wanted.at_least ? (spread.low >= wanted.bound || spread.high < wanted.bound)
                                           : (spread.high <= wanted.bound || spread.low > wanted.bound));
    verdict.kind = !is_clear ? Verdict::Kind::unknown : is_met ? Verdict::Kind::met : Verdict::Kind::missed;
    verdict.words += ": " + words_of(spread.median) + (is_clear ? "" : ", too noisy to say");
    return verdict;
}

}  // namespace

bool Entry::has(Measure measure) const {
    return figures.count(measure) > 0;
}

double Entry::median(Measure measure) const {
    return has(measure) ? spread_of(figures.at(measure)).median : 0;
}

const Entry* Row::find(const std::string& name) const {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& one) { return one.name == name; });
    return found == entries.end() ? nullptr : &*found;
}

std::deque<Row> all_rows() {
    std::deque<Row> rows;
    for (const std::uint32_t many : {1U, 4U, 16U, 64U, 256U, 1000U}) rows.push_back(senders_row(many));
    for (const std::uint32_t many : {1U, 10U, 100U, 400U, 1000U}) rows.push_back(receivers_row(many));
    for (const std::uint32_t many : {1U, 2U, 4U, 8U, 60U}) rows.push_back(subscribers_row(many));
    for (const std::uint32_t per_second : {0U, 5U, 30U, 200U}) rows.push_back(patterns_row(per_second));
    return rows;
}

std::vector<Wanted> all_wanted() {
    using enum Measure;
    constexpr bool least = true, most = false;
    std::vector<Wanted> wanted{
        {{"senders.64", "handoff", rate}, least, 1.1, Cell{"senders.64", "message_queue", rate}},
        {{"senders.64", "handoff", rate}, least, 0.5, Cell{"senders.4", "handoff_sleep", rate}},
        {{"receivers.100", "handoff", cpu_s}, most, 12, Cell{"receivers.1", "handoff", cpu_s}},
        {{"receivers.400", "handoff", cpu_s}, most, 12, Cell{"receivers.1", "handoff", cpu_s}},
        {{"receivers.400", "handoff", cpu_s}, most, 1, Cell{"receivers.100", "handoff", cpu_s}},
        {{"receivers.100", "handoff", p50_s}, most, 6, Cell{"receivers.1", "handoff", p50_s}},
        {{"receivers.400", "handoff", p50_s}, most, 6, Cell{"receivers.1", "handoff", p50_s}},
        {{"receivers.100", "handoff", idle_cores}, most, 0.04, {}},
        {{"receivers.1000", "handoff", idle_cores}, most, 0.15, {}},
        {{"receivers.400", "handoff", attach_s}, most, 3, {}},
    };
    for (const char* many : {"1", "2", "8", "60"})
        for (const char* rest : {"balanced", "sleep"}) {
            const std::string row = std::string("subscribers.") + many;
            wanted.push_back({{row, rest, cpu_s}, most, 2, Cell{row, "futex", cpu_s}});
        }
    for (const char* rest : {"balanced", "sleep"})
        wanted.push_back({{"subscribers.60", rest, p50_s}, most, 2, Cell{"subscribers.60", "futex", p50_s}});
    for (const Row& row : all_rows())
        for (const Entry& entry : row.entries)
            if (row.group == "patterns" && entry.name != row.control)
                wanted.push_back({{row.id, entry.name, row.measure}, most, 2, Cell{row.id, row.control, row.measure}});
    return wanted;
}

std::vector<Verdict> verdicts(const std::deque<Row>& rows, double tolerance) {
    std::vector<Verdict> all;
    for (const Wanted& wanted : all_wanted())
        if (const Entry* seen = entry_at(rows, wanted.seen)) all.push_back(verdict_of(rows, wanted, *seen, tolerance));
    return all;
}

std::optional<Spread> ratio_of(const Row& row, const Entry& entry) {
    const Entry* control = row.find(row.control);
    if (control == nullptr) return {};
    const Spread spread = spread_of(quotients_of(entry, row.measure, *control, row.measure));
    return spread.count == 0 ? std::nullopt : std::optional(spread);
}

}  // namespace bench::crowd
