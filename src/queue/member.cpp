#include "queue/member.hpp"

namespace handoff::detail::queue {

using participants::Role;
using slot::SlotState;
using slot::SlotWord;

Member::Member(segment::Segment segment, const HandleOptions& handle, Role role)
    : attachment_(std::move(segment), handle.wait, *this),
      slots_(attachment_.base(), attachment_.geometry()),
      control_(attachment_.control<ChannelControl>()),
      settings_(Settings::decode(attachment_.geometry().settings)),
      protocol_(control_, slots_, Ring(control_, Ring::cells_for(attachment_.geometry().slot_count), slots_),
                attachment_.registry(), settings_, attachment_.pairs()),
      exact_(handle.timestamps == Timestamps::exact),
      role_(role),
      stream_end_(control_.sender_departures, attachment_.registry(), Role::sender) {
    attachment_.join(role);
    stream_end_.begin([this] { return unread() > 0; });
    if (role == Role::receiver) protocol_.arrived().notify_all();
}

Member::~Member() {
    close_descriptor();
    if (is_usable())
        attachment_.leave([this] {
            reap();  // no other participant is left: what a dead receiver held is unread again
            return !settings_.persistent && !holds_messages();
        });
}

void Member::recover(std::uint32_t index, Role role) {
    protocol_.recover(index);
    // Before the entry becomes inactive: after a death in between this is done again, and counting twice is harmless.
    if (role == Role::sender) control_.sender_departures.add(1);
}

void Member::on_departure() {
    protocol_.ready().notify_all();
    control_.ready_to_watch.notify_all();
    protocol_.freed().notify_all();
    control_.freed_to_watch.notify_all();
    for (std::uint32_t index = 0; index < registry().count(); ++index) protocol_.answered(index).notify_all();
}

bool Member::holds_messages() const noexcept {
    for (std::uint32_t index = 0; index < slots_.count(); ++index) {
        const SlotState what = SlotWord::decode(slots_[index].control.load()).state;
        if (what == SlotState::ready || what == SlotState::taken) return true;
    }
    return false;
}

bool Member::may_still_come() const noexcept {
    for (std::uint32_t index = 0; index < slots_.count(); ++index) {
        const SlotWord word = SlotWord::decode(slots_[index].control.load());
        if (word.state == SlotState::ready) return true;
        if (word.state != SlotState::taken || word.owner == registry().me() || word.owner >= registry().count())
            continue;
        // Its receiver may die or give it back. But if that one is waiting, too, neither must wait for the other.
        if (registry().entry(word.owner).counters.waiting.load(std::memory_order_relaxed) == 0) return true;
    }
    return false;
}

std::uint32_t Member::unread() const noexcept {
    std::uint32_t count = 0;
    for (std::uint32_t index = 0; index < slots_.count(); ++index)
        if (slot::SlotWord::decode(slots_[index].control.load()).state == slot::SlotState::ready) ++count;
    return count;
}

}  // namespace handoff::detail::queue
