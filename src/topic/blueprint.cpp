#include "topic/blueprint.hpp"

#include "broadcast/member.hpp"
#include "participants/participants_layout.hpp"
#include "slot/slots.hpp"

namespace handoff::detail::topic {

using broadcast::BroadcastControl;
using broadcast::BroadcastSettings;
using participants::Role;

namespace {

constexpr std::uint32_t most_history = 16'384;
constexpr std::uint32_t most_loans = 1'024;
constexpr std::uint32_t most_pins = 1'024;
// Defaults of a new topic:
constexpr std::uint32_t default_history = 8;
constexpr std::uint32_t default_loans = 4;
constexpr std::uint32_t default_pins = 8;
constexpr std::uint32_t default_participants = 32;

std::uint64_t fingerprint() noexcept {
    return segment::fingerprint_of({static_cast<std::uint64_t>(segment::Kind::topic), sync::condition_code(),
                                    participants::layout_code(), slot::layout_code(), broadcast::layout_code()});
}

}  // namespace

segment::Blueprint Pattern::blueprint_of(const segment::ClaimedShape& claimed) {
    const BroadcastSettings settings = BroadcastSettings::decode(claimed.settings);
    const bool is_valid = settings.history >= 1 && settings.history <= most_history && settings.loans >= 1 &&
                          settings.loans <= most_loans && settings.pin_budget <= most_pins &&
                          claimed.slot_count == settings.slots() && claimed.participant_count >= 2 &&
                          claimed.participant_count <= broadcast::most_participants && claimed.payload_bytes >= 1 &&
                          claimed.reply_bytes == 0 && settings.encode() == claimed.settings;
    if (!is_valid) return {};
    segment::Blueprint blueprint;
    blueprint.kind = segment::Kind::topic;
    blueprint.fingerprint = fingerprint();
    blueprint.participant_count = claimed.participant_count;
    blueprint.participant_bytes = sizeof(participants::ParticipantEntry);
    blueprint.control_bytes = sizeof(BroadcastControl) + sizeof(sync::SharedWord) * settings.history;
    if (settings.boost) {
        blueprint.pair_count = broadcast::broadcast_pairs;
        blueprint.pair_bytes = sizeof(sync::BoostCondition);
    }
    blueprint.slot_count = claimed.slot_count;
    blueprint.slot_header_bytes = sizeof(slot::SharedData);
    blueprint.payload_bytes = claimed.payload_bytes;
    blueprint.settings = claimed.settings;
    return blueprint;
}

void Pattern::initialise(std::byte* base, const segment::Geometry& geometry) {
    broadcast::place(base, geometry);
}

result<void> Pattern::check(const TopicShape& shape) {
    const std::array checks{segment::check_range("history", shape.history, 1, most_history),
                            segment::check_range("loans", shape.loans, 1, most_loans),
                            segment::check_range("pin_budget", shape.pin_budget, 0, most_pins),
                            segment::check_range("participants", shape.participants, 2, broadcast::most_participants)};
    for (const auto& checked : checks)
        if (!checked) return checked;
    return success();
}

segment::Blueprint Pattern::blueprint_for(const TopicShape& shape) {
    const BroadcastSettings settings{shape.history.value_or(default_history), shape.loans.value_or(default_loans),
                                     shape.pin_budget.value_or(default_pins), shape.lifetime == Lifetime::persistent,
                                     shape.sync == Sync::boost};
    return blueprint_of({shape.participants.value_or(default_participants), settings.slots(),
                         shape.payload_bytes.value_or(1), 0, settings.encode()});
}

std::array<segment::Demand, 6> Pattern::demands(const TopicShape& shape, const segment::Geometry& existing) {
    const BroadcastSettings settings = BroadcastSettings::decode(existing.settings);
    return {{{"payload_bytes", existing.payload_bytes, shape.payload_bytes},
             {"history", settings.history, shape.history},
             {"loans", settings.loans, shape.loans},
             {"pin_budget", settings.pin_budget, shape.pin_budget},
             {"participants", existing.participant_count, shape.participants},
             segment::sync_demand(settings.boost, shape.sync)}};
}

bool Pattern::is_persistent(const segment::Geometry& existing) noexcept {
    return BroadcastSettings::decode(existing.settings).persistent;
}

std::uint32_t Pattern::visit(segment::Segment segment) {
    broadcast::Member(std::move(segment), {Role::none, Role::publisher, WaitPolicy::balanced, 0, false});
    return 0;  // no message of a topic counts as unread
}

}  // namespace handoff::detail::topic
