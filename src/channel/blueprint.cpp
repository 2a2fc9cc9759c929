#include "channel/blueprint.hpp"

#include "described/described.hpp"
#include "participants/participants_layout.hpp"
#include "queue/free_map.hpp"
#include "queue/member.hpp"
#include "queue/queue_layout.hpp"
#include "queue/ring.hpp"
#include "slot/slots.hpp"
#include "sync/condition.hpp"

namespace handoff::detail::channel {

using queue::ChannelControl;
using queue::FreeMap;
using queue::Member;
using queue::Ring;
using queue::Settings;

namespace {

namespace limits = described::channel_shape_limits;

std::uint64_t fingerprint() noexcept {
    return segment::fingerprint_of(
        {static_cast<std::uint64_t>(segment::Kind::channel), sync::condition_code(), participants::layout_code(),
         slot::layout_code(), sizeof(ChannelControl), offsetof(ChannelControl, tail), offsetof(ChannelControl, ready),
         offsetof(ChannelControl, freed), offsetof(ChannelControl, freed_to_watch), offsetof(ChannelControl, arrived),
         offsetof(ChannelControl, last_freed), offsetof(ChannelControl, sender_departures),
         offsetof(ChannelControl, cells), Ring::cells_for(8), FreeMap::words_for(limits::slot_count.most)});
}

bool makes_sense(const segment::ClaimedShape& shape) noexcept {
    return limits::slot_count.has(shape.slot_count) && limits::participants.has(shape.participant_count) &&
           shape.payload_bytes >= 1;
}

}  // namespace

segment::Blueprint Pattern::blueprint_of(const segment::ClaimedShape& claimed) {
    if (!makes_sense(claimed)) return {};
    segment::Blueprint blueprint;
    blueprint.kind = segment::Kind::channel;
    blueprint.fingerprint = fingerprint();
    blueprint.participant_count = claimed.participant_count;
    blueprint.participant_bytes = sizeof(participants::ParticipantEntry);
    blueprint.control_bytes =
        sizeof(ChannelControl) +
        sizeof(sync::SharedWord) * (Ring::cells_for(claimed.slot_count) + FreeMap::words_for(claimed.slot_count));
    if (Settings::decode(claimed.settings).boost) {
        blueprint.pair_count = queue::first_pair_of_answered + claimed.participant_count;
        blueprint.pair_bytes = sizeof(sync::BoostCondition);
    }
    blueprint.slot_count = claimed.slot_count;
    blueprint.slot_header_bytes = sizeof(slot::SharedData);
    blueprint.payload_bytes = claimed.payload_bytes;
    blueprint.reply_bytes = claimed.reply_bytes;
    blueprint.settings = claimed.settings;
    return blueprint;
}

void Pattern::initialise(std::byte* base, const segment::Geometry& geometry) {
    participants::place_table(base + geometry.participants_offset, geometry.participant_count);
    auto* control = ::new (base + geometry.control_offset) ChannelControl;
    const std::uint32_t cells = Ring::cells_for(geometry.slot_count);
    for (std::uint32_t cell = 0; cell < cells; ++cell) ::new (&control->cells[cell]) sync::SharedWord;
    FreeMap(control->cells + cells, geometry.slot_count).place();
    sync::Pairs::place(base + geometry.pairs_offset, geometry.pair_count);
    slot::Slots(base, geometry).place();
}

result<void> Pattern::check(const ChannelShape& shape) {
    if (auto checked = segment::check_range("slot_count", shape.slot_count, limits::slot_count); !checked)
        return checked;
    if (auto checked = segment::check_range("participants", shape.participants, limits::participants); !checked)
        return checked;
    if (shape.max_deliveries && !limits::max_deliveries.has(*shape.max_deliveries))
        return Failure(Errc::invalid_argument, "max_deliveries = " + std::to_string(*shape.max_deliveries) + ": 1 to " +
                                                   std::to_string(limits::max_deliveries.most) +
                                                   ", or unlimited_deliveries (0)");
    return success();
}

segment::Blueprint Pattern::blueprint_for(const ChannelShape& shape) {
    const Settings settings{shape.max_deliveries.value_or(limits::max_deliveries.fallback),
                            shape.in_place.value_or(false), shape.lifetime == Lifetime::persistent,
                            shape.sync == Sync::boost};
    return blueprint_of({shape.participants.value_or(limits::participants.fallback),
                         shape.slot_count.value_or(limits::slot_count.fallback), shape.payload_bytes.value_or(1),
                         shape.reply_bytes.value_or(0), settings.encode()});
}

std::array<segment::Demand, 7> Pattern::demands(const ChannelShape& shape, const segment::Geometry& existing) {
    using Rule = segment::Demand::Rule;
    const Settings settings = Settings::decode(existing.settings);
    return {{{"payload_bytes", existing.payload_bytes, shape.payload_bytes},
             {"reply_bytes", existing.reply_bytes, shape.reply_bytes},
             {"slot_count", existing.slot_count, shape.slot_count},
             {"participants", existing.participant_count, shape.participants},
             {"max_deliveries", settings.max_deliveries, shape.max_deliveries, Rule::equal},
             {"in_place", settings.in_place ? 1U : 0U, shape.in_place, Rule::equal_flag},
             segment::sync_demand(settings.boost, shape.sync)}};
}

bool Pattern::is_persistent(const segment::Geometry& existing) noexcept {
    return Settings::decode(existing.settings).persistent;
}

std::uint32_t Pattern::visit(segment::Segment segment) {
    return Member(std::move(segment), {}, participants::Role::none).unread();
}

}  // namespace handoff::detail::channel
