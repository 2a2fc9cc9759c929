// Opening a channel whose shape may not be the one that was asked for.
#include "channel/blueprint.hpp"
#include "channel/member.hpp"
#include "segment/name.hpp"

namespace handoff::detail::channel {
namespace {

/// Why an existing channel is not what was asked for, or "".
std::string why_unsuitable(const ChannelOptions& asked, const segment::Geometry& existing) {
    const auto too_small = [](const char* what, std::size_t has, std::size_t wanted) {
        return std::string(what) + " of " + std::to_string(has) + " bytes, " + std::to_string(wanted) +
               " were asked for";
    };
    if (asked.payload_bytes > existing.payload_bytes)
        return too_small("slots with a payload", existing.payload_bytes, asked.payload_bytes);
    if (asked.reply_bytes > existing.reply_bytes)
        return too_small("slots with a reply area", existing.reply_bytes, asked.reply_bytes);
    if (asked.in_place && !Settings::decode(existing.settings).in_place)
        return "no in_place editing, which was asked for";
    return "";
}

}  // namespace

std::shared_ptr<Member> open_member(std::string_view name, const ChannelOptions& options, participants::Role role) {
    check_options(options).value();
    segment::check_name(name).value();
    const auto request = open_request(name, options);
    for (int attempt = 0;; ++attempt) {
        segment::Segment segment = segment::Segment::open(request);
        const std::string refusal = why_unsuitable(options, segment.geometry());
        if (refusal.empty()) return std::make_shared<Member>(std::move(segment), options, role);
        std::uint32_t unread = 0;
        {
            // A visitor without a role disturbs nobody. The last one out removes what holds no messages: then a new one
            // can be made.
            const Member visitor(std::move(segment), options, participants::Role::none);
            unread = visitor.unread();
        }
        const bool may_replace = request.mode == segment::OpenMode::create_or_attach && unread == 0 && attempt == 0;
        if (may_replace) continue;
        throw Error(
            Errc::mismatch,
            "the channel '" + std::string(name) + "' exists and has " + refusal + ". " +
                (unread > 0 ? std::to_string(unread) + " messages in it are unread: let a receiver take them first"
                            : std::string("End the programs that use it, or ask for what it has")));
    }
}

}  // namespace handoff::detail::channel
