#include "latest/blueprint.hpp"

#include "described/described.hpp"

namespace handoff::detail::latest {

using broadcast::BroadcastSettings;
using participants::Role;

namespace {

namespace limits = described::latest_shape_limits;
static_assert(limits::participants.most == broadcast::most_participants);

std::uint64_t fingerprint() noexcept {
    return segment::fingerprint_of({static_cast<std::uint64_t>(segment::Kind::latest), sync::condition_code(),
                                    participants::layout_code(), slot::layout_code(), broadcast::layout_code()});
}

/// Every participant may be in the middle of a write, one slot holds the newest value, one is spare.
BroadcastSettings settings_for(std::uint32_t participants, const LatestShape& shape) noexcept {
    return {1, participants, 0, shape.lifetime == Lifetime::persistent, shape.sync == Sync::boost};
}

}  // namespace

segment::Blueprint Pattern::blueprint_of(const segment::ClaimedShape& claimed) {
    const auto settings = BroadcastSettings::decode(claimed.settings);
    const bool is_valid = settings.history == 1 && settings.pin_budget == 0 &&
                          settings.loans == claimed.participant_count && claimed.slot_count == settings.slots() &&
                          limits::participants.has(claimed.participant_count) && claimed.payload_bytes >= 1 &&
                          claimed.reply_bytes == 0 && settings.encode() == claimed.settings;
    if (!is_valid) return {};
    segment::Blueprint blueprint;
    blueprint.kind = segment::Kind::latest;
    blueprint.fingerprint = fingerprint();
    blueprint.participant_count = claimed.participant_count;
    blueprint.participant_bytes = sizeof(participants::ParticipantEntry);
    blueprint.control_bytes = sizeof(broadcast::BroadcastControl) + sizeof(sync::SharedWord);
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

result<void> Pattern::check(const LatestShape& shape) {
    return segment::check_range("participants", shape.participants, limits::participants);
}

segment::Blueprint Pattern::blueprint_for(const LatestShape& shape) {
    const std::uint32_t participants = shape.participants.value_or(limits::participants.fallback);
    const auto settings = settings_for(participants, shape);
    return blueprint_of({participants, settings.slots(), shape.capacity_bytes.value_or(1), 0, settings.encode()});
}

std::array<segment::Demand, 3> Pattern::demands(const LatestShape& shape, const segment::Geometry& existing) {
    return {{{"capacity_bytes", existing.payload_bytes, shape.capacity_bytes},
             {"participants", existing.participant_count, shape.participants},
             segment::sync_demand(BroadcastSettings::decode(existing.settings).boost, shape.sync)}};
}

bool Pattern::is_persistent(const segment::Geometry& existing) noexcept {
    return BroadcastSettings::decode(existing.settings).persistent;
}

std::uint32_t Pattern::visit(segment::Segment segment) {
    broadcast::Member(std::move(segment), {Role::none, Role::none, WaitPolicy::balanced, 0, false});
    return 0;  // a value is never unread
}

std::shared_ptr<broadcast::Member> open_latest(std::string_view name, const LatestShape& shape,
                                               const LatestOptions& options) {
    const broadcast::Member::Options member_options{Role::writer,      Role::none, options.wait,      0,
                                                    options.read_only, false,      options.timestamps};
    return segment::open_or_replace<Pattern>(
        name, shape, handle_options(options), options.read_only, [&](segment::Segment segment) {
            return std::make_shared<broadcast::Member>(std::move(segment), member_options);
        });
}

}  // namespace handoff::detail::latest
