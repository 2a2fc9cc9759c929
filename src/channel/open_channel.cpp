#include "channel/open_channel.hpp"

#include "channel/blueprint.hpp"

namespace handoff::detail::channel {

std::shared_ptr<queue::Member> open_channel(std::string_view name, const ChannelShape& shape,
                                            const HandleOptions& handle, participants::Role role) {
    return segment::open_or_replace<Pattern>(name, shape, handle, false, [&](segment::Segment segment) {
        return std::make_shared<queue::Member>(std::move(segment), handle, role);
    });
}

}  // namespace handoff::detail::channel
