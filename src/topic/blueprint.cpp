#include "topic/blueprint.hpp"

#include <algorithm>

#include "participants/participants_layout.hpp"
#include "slots/broadcast_member.hpp"
#include "slots/slots.hpp"

namespace handoff::detail::topic {

using slot::BroadcastControl;
using slot::BroadcastSettings;

namespace {

constexpr std::uint32_t most_history = 16'384;
constexpr std::uint32_t most_loans = 1'024;
constexpr std::uint32_t most_pins = 1'024;

std::uint64_t fingerprint() noexcept {
    return segment::fingerprint_of({static_cast<std::uint64_t>(segment::Kind::topic), sync::condition_code(),
                                    participants::layout_code(), slot::layout_code(), slot::broadcast_layout_code()});
}

segment::Blueprint blueprint_of(const segment::ClaimedShape& shape) {
    const BroadcastSettings settings = BroadcastSettings::decode(shape.settings);
    const bool sensible = settings.history >= 1 && settings.history <= most_history && settings.loans >= 1 &&
                          settings.loans <= most_loans && settings.pin_budget <= most_pins &&
                          shape.slot_count == settings.slots() && shape.participant_count >= 2 &&
                          shape.participant_count <= slot::most_broadcast_participants && shape.payload_bytes >= 1 &&
                          shape.reply_bytes == 0 && settings.encode() == shape.settings;
    if (!sensible) return {};
    segment::Blueprint blueprint;
    blueprint.kind = segment::Kind::topic;
    blueprint.fingerprint = fingerprint();
    blueprint.participant_count = shape.participant_count;
    blueprint.participant_bytes = sizeof(participants::ParticipantEntry);
    blueprint.control_bytes = sizeof(BroadcastControl) + sizeof(sync::SharedWord) * settings.history;
    blueprint.slot_count = shape.slot_count;
    blueprint.slot_header_bytes = sizeof(slot::SharedData);
    blueprint.payload_bytes = shape.payload_bytes;
    blueprint.settings = shape.settings;
    return blueprint;
}

BroadcastSettings settings_of(const TopicOptions& options) noexcept {
    return {options.history, options.loans, options.pin_budget, options.lifetime == Lifetime::persistent};
}

Failure nonsense(const std::string& sentence) {
    return {Errc::invalid_argument, sentence};
}

std::string range(const char* what, std::uint32_t value, std::uint32_t least, std::uint32_t most) {
    return std::string(what) + " = " + std::to_string(value) + ": " + std::to_string(least) + " to " +
           std::to_string(most) + " are possible";
}

}  // namespace

result<void> check_options(const TopicOptions& options) {
    if (options.history < 1 || options.history > most_history)
        return nonsense(range("history", options.history, 1, most_history));
    if (options.loans < 1 || options.loans > most_loans) return nonsense(range("loans", options.loans, 1, most_loans));
    if (options.pin_budget > most_pins) return nonsense(range("pin_budget", options.pin_budget, 0, most_pins));
    if (options.participants < 2 || options.participants > slot::most_broadcast_participants)
        return nonsense(range("participants", options.participants, 2, slot::most_broadcast_participants));
    if (options.open == Open::create && options.payload_bytes == 0)
        return nonsense("Open::create needs payload_bytes: how large is one message?");
    if (auto checked = segment::check_mode(options.mode); !checked) return checked;
    if (options.wait > WaitPolicy::sleep) return nonsense("wait is none of busy, balanced, sleep");
    segment::Geometry geometry;
    if (options.payload_bytes > 0 && !segment::lay_out(open_request("x", options).blueprint, geometry))
        return nonsense("history and payload_bytes together are larger than any memory");
    return success();
}

segment::OpenRequest open_request(std::string_view name, const TopicOptions& options) {
    const BroadcastSettings settings = settings_of(options);
    segment::OpenRequest request;
    request.name = name;
    request.mode = segment::mode_for(options.open, options.payload_bytes > 0);
    request.attach_deadline = options.attach_deadline;
    request.blueprint = blueprint_of({options.participants, settings.slots(),
                                      std::max<std::size_t>(options.payload_bytes, 1), 0, settings.encode()});
    request.file_mode = options.mode;
    request.group = options.group;
    request.prefault = options.prefault;
    request.blueprint_of = blueprint_of;
    request.initialise = slot::place_broadcast;
    return request;
}

std::string why_unsuitable(const TopicOptions& asked, const segment::Geometry& existing) {
    const std::uint32_t history = BroadcastSettings::decode(existing.settings).history;
    if (asked.payload_bytes == 0) return "";
    if (asked.payload_bytes > existing.payload_bytes)
        return "messages of up to " + std::to_string(existing.payload_bytes) + " bytes, " +
               std::to_string(asked.payload_bytes) + " were asked for";
    if (asked.history > history)
        return "a history of " + std::to_string(history) + ", " + std::to_string(asked.history) + " were asked for";
    return "";
}

}  // namespace handoff::detail::topic
