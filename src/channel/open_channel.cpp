#include "channel/open_channel.hpp"

#include "channel/blueprint.hpp"

namespace handoff::detail::channel {

slot::LenderPtr<queue::Member> open_channel(std::string_view name, const ChannelShape& shape,
                                            const HandleOptions& handle, participants::Role role) {
    return segment::open_or_replace<Pattern>(name, shape, handle, false, [&](segment::Segment segment) {
        auto member = std::make_shared<queue::Member>(std::move(segment), handle, role);
        const bool edits = role == participants::Role::receiver && member->settings().in_place;
        if (handle.protect_payloads && !edits) member->protect_payloads(handle.prefault);
        return slot::lend(std::move(member));
    });
}

}  // namespace handoff::detail::channel
