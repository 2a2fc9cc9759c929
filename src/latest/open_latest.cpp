// The shape of a latest value's segment, the checks on what a user asks for, and opening.
#include <algorithm>

#include "latest/cell.hpp"
#include "segment/name.hpp"

namespace handoff::detail::latest {

using participants::Role;
using slot::BroadcastSettings;

namespace {

std::uint64_t fingerprint() noexcept {
    return segment::fingerprint_of({static_cast<std::uint64_t>(segment::Kind::latest), sync::condition_code(),
                                    participants::layout_code(), slot::layout_code(), slot::broadcast_layout_code()});
}

/// Every participant may be in the middle of a write, one slot holds the newest value, one is spare.
BroadcastSettings settings_for(std::uint32_t participants, bool persistent) noexcept {
    return {1, participants, 0, persistent};
}

segment::Blueprint blueprint_of(const segment::ClaimedShape& shape) {
    const auto settings = BroadcastSettings::decode(shape.settings);
    const bool sensible = settings.history == 1 && settings.pin_budget == 0 &&
                          settings.loans == shape.participant_count && shape.slot_count == settings.slots() &&
                          shape.participant_count >= 2 &&
                          shape.participant_count <= slot::most_broadcast_participants && shape.payload_bytes >= 1 &&
                          shape.reply_bytes == 0 && settings.encode() == shape.settings;
    if (!sensible) return {};
    segment::Blueprint blueprint;
    blueprint.kind = segment::Kind::latest;
    blueprint.fingerprint = fingerprint();
    blueprint.participant_count = shape.participant_count;
    blueprint.participant_bytes = sizeof(participants::ParticipantEntry);
    blueprint.control_bytes = sizeof(slot::BroadcastControl) + sizeof(sync::SharedWord);
    blueprint.slot_count = shape.slot_count;
    blueprint.slot_header_bytes = sizeof(slot::SharedData);
    blueprint.payload_bytes = shape.payload_bytes;
    blueprint.settings = shape.settings;
    return blueprint;
}

Failure nonsense(const std::string& sentence) {
    return {Errc::invalid_argument, sentence};
}

}  // namespace

result<void> check_options(const LatestOptions& options) {
    if (options.participants < 2 || options.participants > slot::most_broadcast_participants)
        return nonsense("participants = " + std::to_string(options.participants) + ": 2 to " +
                        std::to_string(slot::most_broadcast_participants) + " are possible");
    if (options.open == Open::create && options.capacity_bytes == 0)
        return nonsense("Open::create needs capacity_bytes: how large is the value?");
    if (options.read_only && options.open == Open::create)
        return nonsense("a read_only handle cannot create: let the writer create, and attach");
    if (options.wait > WaitPolicy::sleep) return nonsense("wait is none of busy, balanced, sleep");
    return segment::check_mode(options.mode);
}

segment::OpenRequest open_request(std::string_view name, const LatestOptions& options) {
    const auto settings = settings_for(options.participants, options.lifetime == Lifetime::persistent);
    segment::OpenRequest request;
    request.name = name;
    request.mode = segment::mode_for(options.open, options.capacity_bytes > 0 && !options.read_only);
    request.attach_deadline = options.attach_deadline;
    request.blueprint = blueprint_of({options.participants, settings.slots(),
                                      std::max<std::size_t>(options.capacity_bytes, 1), 0, settings.encode()});
    request.file_mode = options.mode;
    request.group = options.group;
    request.read_only = options.read_only;
    request.blueprint_of = blueprint_of;
    request.initialise = slot::place_broadcast;
    return request;
}

std::shared_ptr<slot::BroadcastMember> open_latest(std::string_view name, const LatestOptions& options) {
    check_options(options).value();
    segment::check_name(name).value();
    const auto request = open_request(name, options);
    const slot::BroadcastMember::Wishes wishes{Role::writer,      Role::none, options.wait,      0,
                                               options.read_only, false,      options.timestamps};
    for (int attempt = 0;; ++attempt) {
        segment::Segment segment = segment::Segment::open(request);
        const auto existing = segment.geometry().payload_bytes;
        if (options.capacity_bytes <= existing)
            return std::make_shared<slot::BroadcastMember>(std::move(segment), wishes);
        // A visitor without a role disturbs nobody. The last one out removes it: then a new one can be made.
        if (!options.read_only)
            slot::BroadcastMember(std::move(segment), {Role::none, Role::none, options.wait, 0, false});
        if (request.mode == segment::OpenMode::create_or_attach && attempt == 0) continue;
        throw Error(Errc::mismatch, "the latest value '" + std::string(name) + "' exists and holds up to " +
                                        std::to_string(existing) + " bytes, " + std::to_string(options.capacity_bytes) +
                                        " were asked for. End the programs that use it, or ask for what it has");
    }
}

}  // namespace handoff::detail::latest
