#include "topic/blueprint.hpp"

#include "broadcast/member.hpp"
#include "described/described.hpp"
#include "participants/participants_layout.hpp"
#include "slot/slots.hpp"

namespace handoff::detail::topic {

using broadcast::BroadcastControl;
using broadcast::BroadcastSettings;
using participants::Role;

namespace {

namespace limits = described::topic_shape_limits;
static_assert(limits::participants.most == broadcast::most_participants);

std::uint64_t fingerprint() noexcept {
    return segment::fingerprint_of({static_cast<std::uint64_t>(segment::Kind::topic), sync::condition_code(),
                                    participants::layout_code(), slot::layout_code(), broadcast::layout_code()});
}

}  // namespace

segment::Blueprint Pattern::blueprint_of(const segment::ClaimedShape& claimed) {
    const BroadcastSettings settings = BroadcastSettings::decode(claimed.settings);
    const bool is_valid = limits::history.has(settings.history) && limits::loans.has(settings.loans) &&
                          limits::pin_budget.has(settings.pin_budget) && claimed.slot_count == settings.slots() &&
                          limits::participants.has(claimed.participant_count) && claimed.payload_bytes >= 1 &&
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
    const std::array checks{segment::check_range("history", shape.history, limits::history),
                            segment::check_range("loans", shape.loans, limits::loans),
                            segment::check_range("pin_budget", shape.pin_budget, limits::pin_budget),
                            segment::check_range("participants", shape.participants, limits::participants)};
    for (const auto& checked : checks)
        if (!checked) return checked;
    return success();
}

segment::Blueprint Pattern::blueprint_for(const TopicShape& shape) {
    const BroadcastSettings settings{shape.history.value_or(limits::history.fallback),
                                     shape.loans.value_or(limits::loans.fallback),
                                     shape.pin_budget.value_or(limits::pin_budget.fallback),
                                     shape.lifetime == Lifetime::persistent, shape.sync == Sync::boost};
    return blueprint_of({shape.participants.value_or(limits::participants.fallback), settings.slots(),
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
