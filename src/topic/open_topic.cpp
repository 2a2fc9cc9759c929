#include "topic/open_topic.hpp"

#include "segment/name.hpp"
#include "topic/blueprint.hpp"

namespace handoff::detail::topic {

using participants::Role;
using slot::SlotState;
using slot::SlotWord;

std::shared_ptr<slot::BroadcastMember> open_topic(std::string_view name, const TopicOptions& options,
                                                  const slot::BroadcastMember::Wishes& wishes) {
    check_options(options).value();
    segment::check_name(name).value();
    auto request = open_request(name, options);
    request.read_only = wishes.read_only;
    if (wishes.read_only) request.mode = segment::OpenMode::attach;
    for (int attempt = 0;; ++attempt) {
        segment::Segment segment = segment::Segment::open(request);
        const std::string refusal = why_unsuitable(options, segment.geometry());
        if (refusal.empty()) return std::make_shared<slot::BroadcastMember>(std::move(segment), wishes);
        // A visitor without a role disturbs nobody. The last one out removes it: then a new one can be made.
        if (!wishes.read_only)
            slot::BroadcastMember(std::move(segment), {Role::none, Role::publisher, options.wait, 0, false});
        if (request.mode == segment::OpenMode::create_or_attach && attempt == 0) continue;
        throw Error(Errc::mismatch, "the topic '" + std::string(name) + "' exists and has " + refusal +
                                        ". End the programs that use it, or ask for what it has");
    }
}

TopicInfo info_of(const slot::BroadcastMember& member) {
    const auto& settings = member.settings();
    const auto& geometry = member.geometry();
    return {member.name(),
            settings.history,
            geometry.payload_bytes,
            settings.loans,
            settings.pin_budget,
            geometry.slot_count,
            geometry.participant_count,
            settings.persistent ? Lifetime::persistent : Lifetime::until_last_leaves};
}

TopicState state_of(const slot::BroadcastMember& member) {
    TopicState state{};
    for (std::uint32_t index = 0; index < member.slots().count(); ++index) {
        const auto& slot = member.slots()[index];
        const SlotState what = SlotWord::decode(slot.control.load()).state;
        if (what == SlotState::free) ++state.free;
        if (what == SlotState::loaned) ++state.loaned;
        if (what == SlotState::published) ++state.published;
        if (slot.pins.load() != 0) ++state.pinned;
    }
    state.publishers = member.registry().active(Role::publisher);
    state.subscribers = member.registry().active(Role::subscriber);
    state.newest = member.broadcast().newest() - member.broadcast().first() + 1;
    return state;
}

}  // namespace handoff::detail::topic
