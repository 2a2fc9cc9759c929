#include "channel/blueprint.hpp"

#include "channel/free_map.hpp"
#include "channel/ring.hpp"
#include "participants/participants_layout.hpp"
#include "slots/slots.hpp"
#include "sync/condition.hpp"

namespace handoff::detail::channel {
namespace {

constexpr std::uint32_t most_slots = 65'535;
constexpr std::uint32_t most_participants = 1'024;
constexpr std::uint32_t most_deliveries = 255;

std::uint64_t fingerprint() noexcept {
    return segment::fingerprint_of(
        {static_cast<std::uint64_t>(segment::Kind::channel), sync::condition_code(), participants::layout_code(),
         slot::layout_code(), sizeof(ChannelControl), offsetof(ChannelControl, tail), offsetof(ChannelControl, ready),
         offsetof(ChannelControl, freed), offsetof(ChannelControl, arrived), offsetof(ChannelControl, last_freed),
         offsetof(ChannelControl, sender_departures), offsetof(ChannelControl, cells), Ring::cells_for(8),
         FreeMap::words_for(most_slots)});
}

bool makes_sense(const segment::ClaimedShape& shape) noexcept {
    return shape.slot_count >= 1 && shape.slot_count <= most_slots && shape.participant_count >= 2 &&
           shape.participant_count <= most_participants && shape.payload_bytes >= 1;
}

segment::Blueprint blueprint_of(const segment::ClaimedShape& shape) {
    if (!makes_sense(shape)) return {};
    segment::Blueprint blueprint;
    blueprint.kind = segment::Kind::channel;
    blueprint.fingerprint = fingerprint();
    blueprint.participant_count = shape.participant_count;
    blueprint.participant_bytes = sizeof(participants::ParticipantEntry);
    blueprint.control_bytes =
        sizeof(ChannelControl) +
        sizeof(sync::SharedWord) * (Ring::cells_for(shape.slot_count) + FreeMap::words_for(shape.slot_count));
    blueprint.slot_count = shape.slot_count;
    blueprint.slot_header_bytes = sizeof(slot::SharedData);
    blueprint.payload_bytes = shape.payload_bytes;
    blueprint.reply_bytes = shape.reply_bytes;
    blueprint.settings = shape.settings;
    return blueprint;
}

void initialise(std::byte* base, const segment::Geometry& geometry) {
    participants::place_table(base + geometry.participants_offset, geometry.participant_count);
    auto* control = ::new (base + geometry.control_offset) ChannelControl;
    for (std::uint32_t cell = 0; cell < ring_cells(geometry); ++cell) ::new (&control->cells[cell]) sync::SharedWord;
    FreeMap(control->cells + ring_cells(geometry), geometry.slot_count).place();
    slot::Slots(base, geometry).place();
}

Failure nonsense(const std::string& sentence) {
    return {Errc::invalid_argument, sentence};
}

}  // namespace

result<void> check_options(const ChannelOptions& options) {
    if (options.slot_count < 1 || options.slot_count > most_slots)
        return nonsense("slot_count = " + std::to_string(options.slot_count) + ": a channel has 1 to " +
                        std::to_string(most_slots) + " slots. 2 or 3 keep both sides busy; 8 is a good start");
    if (options.participants < 2 || options.participants > most_participants)
        return nonsense("participants = " + std::to_string(options.participants) +
                        ": room for 2 (one sender, one receiver) to " + std::to_string(most_participants) +
                        " is possible");
    if (options.max_deliveries > most_deliveries)
        return nonsense("max_deliveries = " + std::to_string(options.max_deliveries) + ": 1 to " +
                        std::to_string(most_deliveries) + ", or unlimited_deliveries (0)");
    if (options.open == Open::create && options.payload_bytes == 0)
        return nonsense("Open::create needs payload_bytes: how large is one message?");
    if (options.reply_bytes > 0 && options.payload_bytes == 0 && options.open != Open::attach)
        return nonsense("reply_bytes without payload_bytes: give both to create the channel, or none to attach");
    if (auto checked = segment::check_mode(options.mode); !checked) return checked;
    if (options.wait > WaitPolicy::sleep) return nonsense("wait is none of busy, balanced, sleep");
    segment::Geometry geometry;
    const auto blueprint =
        blueprint_of({options.participants, options.slot_count, options.payload_bytes, options.reply_bytes, 0});
    if (options.payload_bytes > 0 && !segment::lay_out(blueprint, geometry))
        return nonsense("slots, payload_bytes and reply_bytes together are larger than any memory");
    return success();
}

segment::OpenRequest open_request(std::string_view name, const ChannelOptions& options) {
    const Settings settings{options.max_deliveries, options.in_place, options.lifetime == Lifetime::persistent};
    segment::OpenRequest request;
    request.name = name;
    request.mode = segment::mode_for(options.open, options.payload_bytes > 0);
    request.attach_deadline = options.attach_deadline;
    request.blueprint =
        blueprint_of({options.participants, options.slot_count, std::max<std::size_t>(options.payload_bytes, 1),
                      options.reply_bytes, settings.encode()});
    request.file_mode = options.mode;
    request.group = options.group;
    request.prefault = options.prefault;
    request.blueprint_of = blueprint_of;
    request.initialise = initialise;
    return request;
}

std::uint32_t ring_cells(const segment::Geometry& geometry) noexcept {
    return Ring::cells_for(geometry.slot_count);
}

}  // namespace handoff::detail::channel
