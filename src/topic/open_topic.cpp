#include "topic/open_topic.hpp"

#include "platform/shm_file.hpp"
#include "topic/blueprint.hpp"

namespace handoff::detail::topic {

using participants::Role;
using slot::SlotState;
using slot::SlotWord;

std::shared_ptr<broadcast::Member> open_topic(std::string_view name, const TopicShape& shape,
                                              const HandleOptions& handle, const broadcast::Member::Options& options) {
    return segment::open_or_replace<Pattern>(name, shape, handle, options.read_only, [&](segment::Segment segment) {
        auto member = std::make_shared<broadcast::Member>(std::move(segment), options);
        const bool holds = options.role == Role::subscriber && !options.read_only && options.pins > 0;
        if (handle.protect_payloads && holds) member->protect_payloads(handle.prefault);
        return member;
    });
}

TopicInfo info_of(const broadcast::Member& member) {
    const auto& settings = member.settings();
    const auto& geometry = member.geometry();
    return {member.name(),
            settings.history,
            geometry.payload_bytes,
            settings.loans,
            settings.pin_budget,
            geometry.slot_count,
            geometry.participant_count,
            settings.boost ? Sync::boost : Sync::futex,
            settings.persistent ? Lifetime::persistent : Lifetime::until_last_leaves,
            member.segment().file_mode(),
            platform::group_name(member.segment().group_id()),
            member.segment().instance()};
}

TopicState state_of(const broadcast::Member& member) {
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
