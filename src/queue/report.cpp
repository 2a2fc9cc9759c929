// Reports about a channel for people, in numbers and in text.
#include <cstdio>
#include <map>

#include "platform/clock.hpp"
#include "platform/shm_file.hpp"
#include "queue/member.hpp"

namespace handoff::detail::queue {

using participants::Role;
using slot::SlotState;
using slot::SlotWord;

namespace {

std::string seconds_since(std::int64_t then_ns) {
    char text[32];
    const double seconds = static_cast<double>(platform::difference_ns(platform::now_ns(), then_ns)) / 1e9;
    std::snprintf(text, sizeof text, "%.1f s", seconds < 0 ? 0.0 : seconds);
    return text;
}

/// Slots in one state with the same holder.
struct Group {
    std::uint32_t slots = 0;
    std::int64_t oldest_ns = INT64_MAX;
};

}  // namespace

ChannelInfo Member::info() const {
    const auto& geometry = attachment_.geometry();
    return {attachment_.name(),
            geometry.slot_count,
            geometry.payload_bytes,
            geometry.reply_bytes,
            geometry.participant_count,
            settings_.max_deliveries,
            settings_.in_place,
            settings_.boost ? Sync::boost : Sync::futex,
            settings_.persistent ? Lifetime::persistent : Lifetime::until_last_leaves,
            attachment_.segment().file_mode(),
            platform::group_name(attachment_.segment().group_id()),
            attachment_.segment().instance()};
}

ChannelState Member::state() const {
    ChannelState state{};
    for (std::uint32_t index = 0; index < slots_.count(); ++index) {
        switch (SlotWord::decode(slots_[index].control.load()).state) {
            case SlotState::free:
                ++state.free;
                break;
            case SlotState::loaned:
                ++state.loaned;
                break;
            case SlotState::ready:
                ++state.ready;
                break;
            case SlotState::taken:
                ++state.taken;
                break;
            default:
                ++state.answered;
                break;
        }
    }
    state.senders = registry().active(Role::sender);
    state.receivers = registry().active(Role::receiver);
    state.redelivered = control_.redelivered.load(std::memory_order_relaxed);
    state.given_up = control_.given_up.load(std::memory_order_relaxed);
    return state;
}

std::string Member::describe(std::uint32_t slot) const {
    const auto& data = slots_[slot];
    const SlotWord word = SlotWord::decode(data.control.load());
    const auto sent = [&] { return seconds_since(data.sent_ns.load(std::memory_order_relaxed)); };
    switch (word.state) {
        case SlotState::free:
            return "free";
        case SlotState::loaned:
            return "on loan to " + registry().describe(word.owner) + " for " + sent();
        case SlotState::ready:
            return "unread for " + sent();
        case SlotState::taken:
            return "taken by " + registry().describe(word.owner) + " " +
                   seconds_since(data.taken_ns.load(std::memory_order_relaxed)) + " ago";
        default:
            return "answered, not yet collected by " + registry().describe(word.owner);
    }
}

std::string Member::who_holds() const {
    std::map<std::string, Group> groups;
    for (std::uint32_t index = 0; index < slots_.count(); ++index) {
        const auto& data = slots_[index];
        const SlotWord word = SlotWord::decode(data.control.load());
        if (word.state == SlotState::free) continue;
        const bool taken = word.state == SlotState::taken;
        const std::string holder = word.state == SlotState::ready ? "unread"
                                   : taken                        ? "taken by " + registry().describe(word.owner)
                                   : word.state == SlotState::loaned
                                       ? "on loan to " + registry().describe(word.owner)
                                       : "answered, waiting for " + registry().describe(word.owner);
        Group& group = groups[holder];
        ++group.slots;
        const auto& since = taken ? data.taken_ns : data.sent_ns;
        group.oldest_ns = std::min(group.oldest_ns, since.load(std::memory_order_relaxed));
    }
    std::uint32_t used = 0;
    std::string list;
    for (const auto& [holder, group] : groups) {
        used += group.slots;
        list += (list.empty() ? ": " : ", ") + std::to_string(group.slots) + " " + holder + " for " +
                seconds_since(group.oldest_ns);
    }
    return std::to_string(used) + " of " + std::to_string(slots_.count()) + " slots in use" + list;
}

}  // namespace handoff::detail::queue
