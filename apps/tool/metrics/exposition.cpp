#include "tool/metrics/exposition.hpp"

#include "cli/utf8.hpp"
#include "tool/report_json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <utility>

namespace handoff::apps::tool {

namespace {

using inspect::LatencyHistogram;
using inspect::Participant;
using inspect::Report;
using inspect::Role;

std::string number(double value) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;  // shortest, in any locale
    return {text.data(), end};
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

double seconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

using Labels = std::initializer_list<std::pair<const char*, std::string_view>>;

std::string labels_of(Labels labels) {
    std::string text;
    for (const auto& [name, value] : labels)
        text += (text.empty() ? "" : ",") + std::string(name) + "=\"" + escaped_label(value) + "\"";
    return text;
}

/// All samples of a metric stand together below its HELP and TYPE.
class Page {
public:
    void begin(const std::string& name, const char* type, const std::string& help) {
        name_ = name;
        header_ = "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
    }
    template <class Number>
    void add(const std::string& labels, Number value, const char* suffix = "") {
        text_ += std::exchange(header_, "");
        text_ += name_ + suffix + (labels.empty() ? "" : "{" + labels + "}") + " " + number(value) + "\n";
    }
    std::string text() && { return std::move(text_); }

private:
    std::string name_;
    std::string header_;
    std::string text_;
};

std::string labels_of(const Report& report) {
    return labels_of({{"segment", report.name}, {"kind", inspect::to_string(report.kind)}});
}

/// The owner of these numbers: a role in a segment, or one participant.
struct Row {
    std::string labels;
    Participant numbers;
};

std::vector<Row> rows_of_totals(const std::vector<Look>& looks, const Totals& totals) {
    std::vector<Row> rows;
    for (const Look& look : looks)
        if (look.report)
            for (const Participant& sum : totals.of(look.report->name))
                rows.push_back(
                    {labels_of(*look.report) + "," + labels_of({{"role", inspect::to_string(sum.role)}}), sum});
    return rows;
}

/// With the id, since a process may take part more than once.
std::vector<Row> rows_of_participants(const std::vector<Look>& looks) {
    std::vector<Row> rows;
    for (const Look& look : looks) {
        if (!look.report) continue;
        for (const Participant& one : look.report->participants)
            rows.push_back({labels_of(*look.report) + "," +
                                labels_of({{"role", inspect::to_string(one.role)},
                                           {"program", one.program},
                                           {"pid", std::to_string(one.pid)},
                                           {"participant", std::to_string(one.id)}}),
                            one});
    }
    return rows;
}

template <class Value>
void for_each_segment(Page& page, const std::vector<Look>& looks, Value value) {
    for (const Look& look : looks)
        if (look.report) value(page, *look.report);
}

void add_shapes(Page& page, const std::vector<Look>& looks) {
    const auto gauge = [&](const char* name, const char* help, std::uint64_t Report::*member) {
        page.begin(name, "gauge", help);
        for_each_segment(page, looks,
                         [&](Page& to, const Report& report) { to.add(labels_of(report), report.*member); });
    };
    gauge("handoff_segment_bytes", "Shared memory that the segment takes.", &Report::segment_bytes);
    gauge("handoff_payload_capacity_bytes", "The largest message that fits.", &Report::payload_bytes);
    page.begin("handoff_created_timestamp_seconds", "gauge", "When the segment was created, since 1970.");
    for_each_segment(page, looks, [](Page& to, const Report& report) {
        to.add(labels_of(report), seconds(report.created_at.time_since_epoch()));
    });
    page.begin("handoff_newest_age_seconds", "gauge", "Since the newest message was sent.");
    for_each_segment(page, looks, [](Page& to, const Report& report) {
        if (report.newest_age) to.add(labels_of(report), seconds(*report.newest_age));
    });
}

/// The metrics that a segment of that kind can have: an absent series is not 0, and alarms distinguish them.
std::map<std::string, std::uint64_t> slot_counts(const Report& report) {
    using State = inspect::SlotState;
    std::map<std::string, std::uint64_t> counts;
    for (const State state : {State::free, State::loaned}) counts[inspect::to_string(state)] = 0;
    if (report.kind == inspect::Kind::channel)
        for (const State state : {State::ready, State::taken, State::processed, State::failed, State::given_up})
            counts[inspect::to_string(state)] = 0;
    else
        counts[inspect::to_string(State::published)] = 0;
    for (const inspect::Slot& slot : report.slot_list) ++counts[inspect::to_string(slot.state)];
    return counts;
}

std::map<std::pair<std::string, std::string>, std::uint64_t> participant_counts(const Report& report) {
    std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
    for (const Role role : roles_of(report.kind))
        for (const inspect::Life life : {inspect::Life::alive, inspect::Life::stopped, inspect::Life::dead})
            counts[{inspect::to_string(role), inspect::to_string(life)}] = 0;
    for (const Participant& participant : report.participants)
        ++counts[{inspect::to_string(participant.role), inspect::to_string(participant.life)}];
    return counts;
}

void add_states(Page& page, const std::vector<Look>& looks) {
    page.begin("handoff_slots", "gauge", "Slots by state.");
    for_each_segment(page, looks, [](Page& to, const Report& report) {
        for (const auto& [state, count] : slot_counts(report))
            to.add(labels_of(report) + "," + labels_of({{"state", state}}), count);
    });
    page.begin("handoff_participants", "gauge",
               "Participants by role and life; the dead until they are cleaned up after.");
    for_each_segment(page, looks, [](Page& to, const Report& report) {
        for (const auto& [key, count] : participant_counts(report))
            to.add(labels_of(report) + "," + labels_of({{"role", key.first}, {"life", key.second}}), count);
    });
}

void add_segment_counters(Page& page, const std::vector<Look>& looks) {
    const auto counter = [&](const char* name, const char* help, bool of_channel, std::uint64_t Report::*member) {
        page.begin(name, "counter", help);
        for_each_segment(page, looks, [&](Page& to, const Report& report) {
            if ((report.kind == inspect::Kind::channel) == of_channel) to.add(labels_of(report), report.*member);
        });
    };
    counter("handoff_published_total", "Messages published.", false, &Report::newest);
    counter("handoff_redelivered_total", "Requests delivered once more.", true, &Report::redelivered);
    counter("handoff_given_up_total", "Requests given up after too many deliveries.", true, &Report::given_up);
    counter("handoff_failed_total", "Requests that a receiver answered with a failure.", true, &Report::failed);
    counter("handoff_withdrawn_total", "Requests that their sender took back.", true, &Report::withdrawn);
}

bool is_any(Role) {
    return true;
}
bool is_of_channel(Role role) {
    return role == Role::sender || role == Role::receiver;
}
bool takes(Role role) {
    return role == Role::receiver || role == Role::subscriber;
}

/// The counters of all rows; metrics of participants have a prefix of their own, so that no sum counts anything twice.
void add_counters(Page& page, const std::string& prefix, const std::vector<Row>& rows) {
    const auto add = [&](const char* name, const char* type, const char* help, auto measures, auto member) {
        page.begin(prefix + name, type, help);
        for (const Row& row : rows)
            if (measures(row.numbers.role)) page.add(row.labels, std::uint64_t{row.numbers.*member});
    };
    add("messages_total", "counter", "Messages sent, taken, published, copied or written.", is_any,
        &Participant::messages);
    add("message_bytes_total", "counter", "Payload of these messages.", is_any, &Participant::bytes);
    add("finished_total", "counter", "Answers received, or given.", is_of_channel, &Participant::finished);
    add("answers_failed_total", "counter", "Answers that were failures.", is_of_channel, &Participant::failed);
    add("returned_total", "counter", "Requests withdrawn, or given back.", is_of_channel, &Participant::returned);
    add("timeouts_total", "counter", "Waits that ended at their deadline.", is_any, &Participant::timeouts);
    add(
        "lost_total", "counter", "Messages overwritten before a subscriber came to them.",
        [](Role role) { return role == Role::subscriber; }, &Participant::lost);
    add(
        "waiting_threads", "gauge", "Threads of receivers that wait for a message.",
        [](Role role) { return role == Role::receiver; }, &Participant::waiting);
}

/// Buckets end where a power of two of nanoseconds does; what is beyond the last bound is in +Inf alone.
void add_histogram(Page& page, const std::string& labels, const LatencyHistogram& histogram) {
    std::uint64_t count = 0;
    double sum = 0;
    for (std::size_t bucket = 0; bucket < LatencyHistogram::buckets; ++bucket) {
        const auto lower = LatencyHistogram::lower_bound(bucket);
        const auto upper = LatencyHistogram::lower_bound(bucket + 1);
        count += histogram.counts[bucket];
        sum += static_cast<double>(histogram.counts[bucket]) * seconds(lower + (upper - lower) / 2);
        if (bucket + 1 < LatencyHistogram::buckets && std::has_single_bit(static_cast<std::uint64_t>(upper.count())))
            page.add(labels + ",le=\"" + number(seconds(upper)) + "\"", count, "_bucket");
    }
    page.add(labels + ",le=\"+Inf\"", count, "_bucket");
    page.add(labels, sum, "_sum");
    page.add(labels, count, "_count");
}

void add_histograms(Page& page, const std::string& prefix, const std::vector<Row>& rows) {
    const auto histogram = [&](const char* name, const std::string& help, auto measures,
                               LatencyHistogram Participant::*member) {
        page.begin(prefix + name, "histogram", help + " The sum is at most an eighth off.");
        for (const Row& row : rows)
            if (measures(row.numbers.role)) add_histogram(page, row.labels, row.numbers.*member);
    };
    histogram("delay_seconds", "From sent to taken (receivers, subscribers).", takes, &Participant::delay);
    histogram(
        "round_trip_seconds", "From sent to the answer in the sender's hands.",
        [](Role role) { return role == Role::sender; }, &Participant::delay);
    histogram(
        "work_seconds", "From taken to answered, by receivers.", [](Role role) { return role == Role::receiver; },
        &Participant::work);
}

void add_problems(Page& page, const std::vector<Look>& looks) {
    page.begin("handoff_segment_problem", "gauge", "1 for a segment that cannot be looked at, with the reason.");
    for (const Look& look : looks)
        if (look.problem)
            page.add(labels_of({{"segment", look.file.name}, {"code", name_of(*look.problem)}}), std::uint64_t{1});
}

}  // namespace

std::string exposition_of(const std::vector<Look>& looks, const Totals& totals, bool with_participants) {
    Page page;
    page.begin("handoff_segments", "gauge", "Segments whose names fit.");
    page.add("", std::uint64_t{looks.size()});
    add_problems(page, looks);
    add_shapes(page, looks);
    add_states(page, looks);
    add_segment_counters(page, looks);
    const auto add_rows = [&](const std::string& prefix, const std::vector<Row>& rows) {
        add_counters(page, prefix, rows);
        add_histograms(page, prefix, rows);
    };
    add_rows("handoff_", rows_of_totals(looks, totals));
    if (with_participants) add_rows("handoff_participant_", rows_of_participants(looks));
    return std::move(page).text();
}

std::string escaped_label(std::string_view value) {
    std::string text;
    while (!value.empty()) {
        const std::size_t length = utf8_length(value);
        const char c = value.front();
        if (c == '\\' || c == '"')
            text += std::string{'\\', c};
        else if (c == '\n')
            text += "\\n";
        else if (length == 0 || (length == 1 && (c < ' ' || c > '~')))
            text += '?';
        else
            text += value.substr(0, length);
        value.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

}  // namespace handoff::apps::tool
