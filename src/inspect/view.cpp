#include "inspect/view.hpp"

#include <algorithm>
#include <atomic>

#include "channel/blueprint.hpp"
#include "latest/blueprint.hpp"
#include "platform/large_pages.hpp"
#include "segment/name.hpp"
#include "slot/copy_out.hpp"
#include "topic/blueprint.hpp"

namespace handoff::inspect {

using detail::slot::SlotWord;
using Holding = detail::slot::SlotState;

namespace {

Kind public_kind(detail::segment::Kind kind) noexcept {
    return static_cast<Kind>(kind);
}
static_assert(static_cast<int>(detail::segment::Kind::channel) == static_cast<int>(Kind::channel) &&
              static_cast<int>(detail::segment::Kind::topic) == static_cast<int>(Kind::topic) &&
              static_cast<int>(detail::segment::Kind::latest) == static_cast<int>(Kind::latest));

/// True if no process can have written to the payload between the two reads of the slot's word.
bool is_untouched(const SlotWord& before, const SlotWord& after, bool in_place) noexcept {
    if (after.state == Holding::loaned) return false;
    // A free slot can be taken on loan and sent without another generation.
    if (in_place || before.state == Holding::free) return before.encode() == after.encode();
    const bool was_freed = after.generation == before.freed().generation && after.state == Holding::free;
    return after.generation == before.generation || was_freed;
}

/// Calls copy(span) with ever larger buffers until the message fits.
template <class Copy>
result<Copied> with_room(std::vector<std::byte>& buffer, std::uint64_t most_bytes, Copy copy) {
    for (;;) {
        auto copied = copy(std::span<std::byte>(buffer));
        if (copied || !(copied.error() == Errc::too_large) || buffer.size() >= most_bytes) return copied;
        constexpr std::uint64_t least = 4096;
        const auto wanted = std::min<std::uint64_t>(most_bytes, std::max<std::uint64_t>(least, 2 * buffer.size()));
        buffer.resize(static_cast<std::size_t>(wanted));
    }
}

/// The kind of the segment. For an observer, an absent one is most likely misspelled.
Kind kind_of(const std::string& name) try {
    return public_kind(detail::segment::kind_of(name));
} catch (const Error& error) {
    if (!(error.failure() == Errc::no_such_segment)) throw;
    throw Error(Errc::no_such_segment, error.failure().message() + did_you_mean(name));
}

Failure moved_from() {
    return {Errc::invalid_handle, "the Observer was moved from"};
}

std::shared_ptr<detail::topic::Reader> reader_of(detail::segment::Segment segment, Start start) {
    const detail::broadcast::Member::Options unseen{detail::participants::Role::none,
                                                    detail::participants::Role::publisher,
                                                    WaitPolicy::sleep,
                                                    0,
                                                    true,
                                                    start == Start::next};
    return std::make_shared<detail::topic::Reader>(
        std::make_shared<detail::broadcast::Member>(std::move(segment), unseen), start, 0);
}

}  // namespace

detail::segment::OpenRequest request_for(const std::string& name, Kind kind) {
    switch (kind) {
        case Kind::topic:
            return detail::segment::request_for<detail::topic::Pattern>(name, {}, {});
        case Kind::latest:
            return detail::segment::request_for<detail::latest::Pattern>(name, {}, {});
        case Kind::channel:
            break;
    }
    return detail::segment::request_for<detail::channel::Pattern>(name, {}, {});
}

// ---- channel --------------------------------------------------------------------------------------------------------

ChannelView::ChannelView(detail::segment::Segment segment)
    : attachment_(std::move(segment), WaitPolicy::sleep, *this), slots_(attachment_.base(), attachment_.geometry()) {}

result<Copied> ChannelView::copy_newest(std::span<std::byte> buffer) const {
    const bool in_place = settings().in_place;
    constexpr int max_attempts = 1000;
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        std::optional<std::uint32_t> newest;
        std::int64_t newest_ns = 0;
        for (std::uint32_t index = 0; index < slots_.count(); ++index) {
            const auto state = SlotWord::decode(slots_[index].control.load()).state;
            const std::int64_t sent_ns = slots_[index].sent_ns.load(std::memory_order_relaxed);
            const bool is_edited = in_place && state == Holding::taken;
            if (state == Holding::loaned || is_edited || sent_ns <= newest_ns) continue;
            newest = index;
            newest_ns = sent_ns;
        }
        if (!newest) return Errc::empty;
        const auto& slot = slots_[*newest];
        const SlotWord before = SlotWord::decode(slot.control.load());
        if (before.state == Holding::loaned || (in_place && before.state == Holding::taken)) continue;
        const auto area = slots_.payload_area(*newest);
        const auto content = slot.payload.get();
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(content.bytes, area.size()));
        Image image;
        if (content.described)
            detail::slot::copy_out(std::as_bytes(std::span(&slot.image, 1)),
                                   std::as_writable_bytes(std::span(&image, 1)));
        const std::uint64_t sequence = slot.sequence.load(std::memory_order_relaxed);
        const bool fits = size <= buffer.size();
        if (fits) detail::slot::copy_out(area.first(size), buffer);
        // Pairs with the release fence in SlotProtocol::try_loan(): if a byte was overwritten during the copy, the slot
        // is on loan or has another generation.
        std::atomic_thread_fence(std::memory_order_acquire);
        if (!is_untouched(before, SlotWord::decode(slot.control.load()), in_place)) continue;
        if (!fits) return Errc::too_large;
        return Copied{size, detail::slot::sanitized(image, size), sequence, 0,
                      std::chrono::steady_clock::time_point(std::chrono::nanoseconds(newest_ns))};
    }
    return Failure(Errc::timed_out, "every message was overwritten while it was copied, a thousand times over");
}

// ---- any kind -------------------------------------------------------------------------------------------------------

Observer::View::View(std::string_view name, Start start) {
    facts_.name = name;
    facts_.kind = kind_of(facts_.name);
    auto segment = detail::segment::Segment::observe(request_for(facts_.name, facts_.kind));
    facts_.file = segment.file_status();
    header_ = &segment.header();
    facts_.instance = segment.instance();
    facts_.created_ns = header_->created_ns;
    facts_.creator_pid = header_->creator_pid;
    if (facts_.kind == Kind::channel) {
        channel_ = std::make_unique<ChannelView>(std::move(segment));
    } else {
        reader_ = reader_of(std::move(segment), start);
    }
}

const detail::participants::Registry& Observer::View::registry() const noexcept {
    return channel_ != nullptr ? channel_->registry() : reader_->member().registry();
}
const detail::slot::Slots& Observer::View::slots() const noexcept {
    return channel_ != nullptr ? channel_->slots() : reader_->member().slots();
}
const detail::segment::Geometry& Observer::View::geometry() const noexcept {
    return channel_ != nullptr ? channel_->geometry() : reader_->member().geometry();
}

bool Observer::View::was_cut_short() const noexcept {
    return channel_ != nullptr ? channel_->was_cut_short() : reader_->member().was_cut_short();
}

Failure Observer::View::cut_short() const {
    return {Errc::damaged, detail::segment::segment_path(facts_.name) +
                               " was cut short while we looked: what it held is gone. End the programs that use it, "
                               "then remove it"};
}

std::uint64_t Observer::View::large_page_bytes() const noexcept {
    const std::uint64_t bytes = geometry().segment_bytes;
    if (facts_.file.reserved_bytes < bytes) return 0;  // a look into a hole would take memory
    return detail::platform::bytes_on_large_pages(header_, static_cast<std::size_t>(bytes));
}

bool Observer::View::is_current() const noexcept {
    // Pairs with the store in Segment::leave(). A removal by force, or with rm, leaves no mark: check the name, too.
    if (header_->state.load(std::memory_order_acquire) ==
        static_cast<std::uint32_t>(detail::segment::SegmentState::retired))
        return false;
    const auto named = detail::platform::status_of_name(detail::segment::segment_path(facts_.name));
    return named && named->inode == facts_.file.inode && named->device == facts_.file.device;
}

result<Copied> Observer::View::copy_next(std::vector<std::byte>& buffer) {
    if (channel_ != nullptr)
        return Failure(Errc::invalid_argument, "'" + facts_.name +
                                                   "' is a channel: its messages belong to its receivers. Publish them "
                                                   "on a topic if others shall see them, too");
    auto copied = with_room(buffer, geometry().payload_bytes,
                            [&](auto room) { return reader_->copy(detail::topic::Which::next, room); });
    if (was_cut_short()) return cut_short();
    if (!copied && copied.error() == Errc::end_of_stream) return Errc::empty;  // another publisher may come
    return copied;
}

result<Copied> Observer::View::copy_newest(std::vector<std::byte>& buffer) {
    const std::uint64_t most = geometry().payload_bytes;
    result<Copied> copied = Errc::empty;
    if (channel_ != nullptr) {
        copied = with_room(buffer, most, [&](auto room) { return channel_->copy_newest(room); });
    } else {
        detail::topic::Reader afresh(reader_->share_member(), Start::newest, 0);
        copied = with_room(buffer, most, [&](auto room) { return afresh.copy(detail::topic::Which::newest, room); });
    }
    if (was_cut_short()) return cut_short();
    if (!copied && copied.error() == Errc::end_of_stream) return Errc::empty;
    return copied;
}

// ---- Observer -------------------------------------------------------------------------------------------------------

Observer::Observer(std::string_view name, Start start) : view_(std::make_unique<View>(name, start)) {}
Observer::Observer(Observer&&) noexcept = default;
Observer& Observer::operator=(Observer&&) noexcept = default;
Observer::~Observer() = default;

Observer::View& Observer::usable() const {
    if (view_ == nullptr) throw Error(moved_from());
    return *view_;
}
Kind Observer::kind() const {
    return usable().facts().kind;
}
const std::string& Observer::name() const {
    return usable().facts().name;
}
Report Observer::report() const {
    return usable().report();
}
std::uint64_t Observer::large_page_bytes() const {
    return usable().large_page_bytes();
}
bool Observer::is_current() const {
    return usable().is_current();
}
result<Copied> Observer::copy_next(std::vector<std::byte>& buffer) {
    return view_ == nullptr ? moved_from() : view_->copy_next(buffer);
}
result<Copied> Observer::copy_newest(std::vector<std::byte>& buffer) {
    return view_ == nullptr ? moved_from() : view_->copy_newest(buffer);
}

}  // namespace handoff::inspect
