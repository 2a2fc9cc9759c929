#include "tool/report_json.hpp"

#include "tool/format.hpp"

#include <handoff/handoff.h>

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <string>

namespace handoff::apps::tool {

namespace {

using Json = nlohmann::ordered_json;

std::int64_t ns(std::chrono::nanoseconds duration) {
    return duration.count();
}

/// For what can pass 2^53, above which many readers of JSON round: nanoseconds do so after 104 days.
template <class Integer>
std::string exact(Integer number) {
    return std::to_string(number);
}

/// Ten thousandths are enough, and read better.
double rounded(double value) {
    return std::isfinite(value) ? std::round(value * 1e4) / 1e4 : 0;
}

Json histogram_json(const inspect::LatencyHistogram& histogram) {
    return {{"count", histogram.count()},
            {"p50_ns", ns(histogram.percentile(50))},
            {"p90_ns", ns(histogram.percentile(90))},
            {"p99_ns", ns(histogram.percentile(99))},
            {"p999_ns", ns(histogram.percentile(99.9))}};
}

Json file_json(const inspect::Found& file) {
    return {{"path", file.path},
            {"file_bytes", file.file_bytes},
            {"owner_uid", file.owner_uid},
            {"owner_gid", file.owner_gid},
            {"mode", file.mode}};
}

Json geometry_json(const inspect::Report& report) {
    Json json{{"payload_bytes", report.payload_bytes},
              {"reply_bytes", report.reply_bytes},
              {"participant_places", report.participant_places}};
    if (report.kind == inspect::Kind::channel) {
        json["max_deliveries"] = report.max_deliveries;
        json["in_place"] = report.in_place;
    }
    if (report.kind == inspect::Kind::topic) {
        json["history"] = report.history;
        json["loans"] = report.loans;
        json["pin_budget"] = report.pin_budget;
    }
    json["sync"] = report.sync == Sync::boost ? "boost" : "futex";
    json["lifetime"] = report.lifetime == Lifetime::persistent ? "persistent" : "until_last_leaves";
    return json;
}

Json slot_counts_json(const inspect::Report& report) {
    constexpr std::array states{inspect::SlotState::free,     inspect::SlotState::loaned,    inspect::SlotState::ready,
                                inspect::SlotState::taken,    inspect::SlotState::processed, inspect::SlotState::failed,
                                inspect::SlotState::given_up, inspect::SlotState::published};
    Json json = Json::object();
    json["count"] = report.slot_list.size();
    for (const inspect::SlotState state : states) json[inspect::to_string(state)] = 0;
    for (const inspect::Slot& slot : report.slot_list) {
        Json& count = json[inspect::to_string(slot.state)];
        count = count.is_null() ? 1 : count.get<std::uint64_t>() + 1;
    }
    return json;
}

Json life_counts_json(const inspect::Report& report) {
    std::array<std::uint64_t, 3> counts{};
    for (const inspect::Participant& participant : report.participants)
        if (static_cast<std::size_t>(participant.life) < counts.size())
            ++counts[static_cast<std::size_t>(participant.life)];
    return {{"count", report.participants.size()}, {"alive", counts[0]}, {"stopped", counts[1]}, {"dead", counts[2]}};
}

Json traffic_json(const Traffic& traffic) {
    return {{"seconds", rounded(traffic.seconds)},
            {"messages_per_second", rounded(traffic.messages_per_second)},
            {"bytes_per_second", rounded(traffic.bytes_per_second)},
            {"lost", traffic.lost},
            {"delay", histogram_json(traffic.delay)},
            {"work", histogram_json(traffic.work)},
            {"round_trip", histogram_json(traffic.round_trip)}};
}

Json participant_json(const inspect::Participant& participant) {
    return {{"index", participant.index},
            {"id", participant.id},
            {"role", inspect::to_string(participant.role)},
            {"life", inspect::to_string(participant.life)},
            {"pid", participant.pid},
            {"uid", participant.uid},
            {"program", participant.program},
            {"attached_for_ns", exact(ns(participant.attached_for))},
            {"messages", participant.messages},
            {"payload_bytes_total", exact(participant.bytes)},
            {"finished", participant.finished},
            {"failed", participant.failed},
            {"returned", participant.returned},
            {"timeouts", participant.timeouts},
            {"lost", participant.lost},
            {"waiting", participant.waiting},
            {"reserved_pins", participant.reserved_pins},
            {"delay", histogram_json(participant.delay)},
            {"work", histogram_json(participant.work)}};
}

Json image_json(const Image& image) {
    if (!image.is_image()) return nullptr;
    return {{"width", image.width},
            {"height", image.height},
            {"step_bytes", image.step},
            {"encoding", std::string(name_of(image.encoding))},
            {"frame_id", std::string(image.frame())},
            {"capture_time_ns", exact(image.capture_time_ns)}};
}

Json array_json(const Image& description) {
    if (!description.is_array()) return nullptr;
    const Array array = Array::from(description);
    return {{"dtype", std::string(name_of(array.dtype))},
            {"shape", std::vector<std::uint32_t>(array.shape().begin(), array.shape().end())},
            {"capture_time_ns", exact(array.capture_time_ns)}};
}

Json slot_json(const inspect::Slot& slot) {
    return {{"index", slot.index},
            {"state", inspect::to_string(slot.state)},
            {"owner", slot.owner ? Json(*slot.owner) : Json(nullptr)},
            {"pinned_by", slot.pinned_by},
            {"kept", slot.kept},
            {"since_ns", exact(ns(slot.since))},
            {"payload_bytes", slot.bytes},
            {"image", image_json(slot.image)},
            {"array", array_json(slot.image)},
            {"sequence", slot.sequence},
            {"sender", slot.sender},
            {"deliveries", slot.deliveries}};
}

template <class Things, class ToJson>
Json list_json(const Things& things, ToJson to_json) {
    Json array = Json::array();
    for (const auto& thing : things) array.push_back(to_json(thing));
    return array;
}

void add_report(Json& json, const inspect::Report& report, bool with_participants_and_slots) {
    json["kind"] = inspect::to_string(report.kind);
    json["layout_version"] = report.layout_version;
    json["instance"] = format_instance(report.instance);
    json["segment_bytes"] = report.segment_bytes;
    json["created_at_ns"] = exact(ns(report.created_at.time_since_epoch()));
    json["creator_pid"] = report.creator_pid;
    json["geometry"] = geometry_json(report);
    json["slots"] = slot_counts_json(report);
    json["participants"] = life_counts_json(report);
    if (report.kind == inspect::Kind::channel) {
        json["redelivered"] = report.redelivered;
        json["given_up"] = report.given_up;
        json["failed"] = report.failed;
        json["withdrawn"] = report.withdrawn;
    } else {
        json["published"] = report.newest;
    }
    json["lost"] = lost_messages(report);
    json["newest_age_ns"] = report.newest_age ? Json(exact(ns(*report.newest_age))) : Json(nullptr);
    if (!with_participants_and_slots) return;
    json["participant_list"] = list_json(report.participants, participant_json);
    json["slot_list"] = list_json(report.slot_list, slot_json);
}

}  // namespace

std::string report_json(const Look& look, bool with_participants_and_slots) {
    Json json{{"schema", "handoff/2"}, {"name", look.file.name}, {"file", file_json(look.file)}};
    if (look.report) add_report(json, *look.report, with_participants_and_slots);
    if (look.large_page_bytes) json["large_page_bytes"] = *look.large_page_bytes;
    if (look.traffic) json["traffic"] = traffic_json(*look.traffic);
    if (look.problem) json["problem"] = {{"code", name_of(*look.problem)}, {"sentence", look.problem->message()}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);  // names of programs are any bytes
}

const char* name_of(const Failure& failure) noexcept {
    return handoff_status_name(failure.code().value());
}

}  // namespace handoff::apps::tool
