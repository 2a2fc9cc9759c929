#include "sender/slot_size.hpp"

#include "cli/signals.hpp"
#include "cli/units.hpp"
#include "sender/picture_source.hpp"

#include <utility>

namespace handoff::apps::sender {

namespace {

/// A film's decoder has opened it already.
std::string why_unreadable(const FrameSize& frame, Pixels pixels) {
    if (frame.input.kind == InputKind::video) return "";
    PictureSource source(frame.input.path, "", pixels, frame.input.kind == InputKind::pages);
    try {
        for (std::size_t page = 0; page < frame.page; ++page) source.next();
        source.check();
    } catch (const Unreadable& error) {
        return with_shown_name(frame.input, error.what());
    }
    return "";
}

}  // namespace

SlotSize::SlotSize(std::deque<FrameSize> sizes, Pixels pixels, Playlist& playlist, Console& console)
    : sizes_(std::move(sizes)), pixels_(pixels), playlist_(playlist), console_(console) {}

std::uint64_t SlotSize::bytes() {
    while (!is_checked_ && !sizes_.empty() && !stop_requested()) {
        const FrameSize frame = sizes_.front();
        const std::string why = why_unreadable(frame, pixels_);
        is_checked_ = why.empty();
        if (is_checked_) break;
        sizes_.pop_front();
        if (leave_out(frame)) console_.error(why);
    }
    return sizes_.empty() ? 0 : sizes_.front().bytes;
}

void SlotSize::leave_out_largest(const Error& no_room) {
    if (!(no_room.failure() == Errc::no_space) || sizes_.empty()) throw no_room;
    const std::uint64_t bytes = sizes_.front().bytes;
    const std::string why =
        sizes_.front().input.path + ": there is no room for frames of " + format_bytes(bytes) + ": " + no_room.what();
    if (sizes_.back().bytes == bytes) throw Error(Errc::no_space, why);
    console_.error(why);
    for (bool is_first = true; sizes_.front().bytes == bytes; is_first = false) {
        const FrameSize frame = sizes_.front();
        sizes_.pop_front();
        if (leave_out(frame) && !is_first) console_.error(frame.input.path + ": its frame is as large");
    }
    is_checked_ = false;
    if (this->bytes() == 0) throw Error(Errc::no_space, "nothing can be sent: what has room cannot be read");
}

/// False for a page or a film: its frame is reported and counted in its turn, since others may be sent.
bool SlotSize::leave_out(const FrameSize& frame) {
    if (frame.input.kind != InputKind::picture) return false;
    playlist_.leave_out(frame.input.name);
    ++skipped_;
    return true;
}

}  // namespace handoff::apps::sender
