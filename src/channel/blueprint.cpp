#include "channel/blueprint.hpp"

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

constexpr std::uint32_t most_slots = 65'535;
constexpr std::uint32_t most_participants = 1'024;
constexpr std::uint32_t most_deliveries = 255;
// Defaults of a new channel:
constexpr std::uint32_t default_slots = 8;
constexpr std::uint32_t default_participants = 32;
constexpr std::uint32_t default_deliveries = 10;

std::uint64_t fingerprint() noexcept {
    return segment::fingerprint_of(
        {static_cast<std::uint64_t>(segment::Kind::channel), sync::condition_code(), participants::layout_code(),
         slot::layout_code(), sizeof(ChannelControl), offsetof(ChannelControl, tail), offsetof(ChannelControl, ready),
         offsetof(ChannelControl, freed), offsetof(ChannelControl, freed_to_watch), offsetof(ChannelControl, arrived),
         offsetof(ChannelControl, last_freed), offsetof(ChannelControl, sender_departures),
         offsetof(ChannelControl, cells), Ring::cells_for(8), FreeMap::words_for(most_slots)});
}

bool makes_sense(const segment::ClaimedShape& shape) noexcept {
    return shape.slot_count >= 1 && shape.slot_count <= most_slots && shape.participant_count >= 2 &&
           shape.participant_count <= most_participants && shape.payload_bytes >= 1;
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
    if (auto checked = segment::check_range("slot_count", shape.slot_count, 1, most_slots); !checked) return checked;
    if (auto checked = segment::check_range("participants", shape.participants, 2, most_participants); !checked)
        return checked;
    if (shape.max_deliveries && *shape.max_deliveries > most_deliveries)
        return Failure(Errc::invalid_argument, "max_deliveries = " + std::to_string(*shape.max_deliveries) + ": 1 to " +
                                                   std::to_string(most_deliveries) + ", or unlimited_deliveries (0)");
    return success();
}

segment::Blueprint Pattern::blueprint_for(const ChannelShape& shape) {
    const Settings settings{shape.max_deliveries.value_or(default_deliveries), shape.in_place.value_or(false),
                            shape.lifetime == Lifetime::persistent, shape.sync == Sync::boost};
    return blueprint_of({shape.participants.value_or(default_participants), shape.slot_count.value_or(default_slots),
                         shape.payload_bytes.value_or(1), shape.reply_bytes.value_or(0), settings.encode()});
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
