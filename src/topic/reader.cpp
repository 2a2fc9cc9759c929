#include "topic/reader.hpp"

#include <algorithm>

#include "platform/cpu.hpp"
#include "slot/copy_out.hpp"

namespace handoff::detail::topic {

using broadcast::Look;
using slot::SharedData;

namespace {

constexpr auto relaxed = std::memory_order_relaxed;  // a slot's data is ordered by its word and its cell

std::chrono::steady_clock::time_point time_point(std::int64_t ns) {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

Failure damaged() {
    return {Errc::damaged, "the topic's ring contradicts itself; end all programs that use it and remove it"};
}

}  // namespace

Reader::Reader(std::shared_ptr<broadcast::Member> member, Start start, std::uint32_t pins)
    : member_(std::move(member)), pins_(pins), next_(begin(start)) {}

std::uint64_t Reader::begin(Start start) const noexcept {
    const auto& broadcast = member_->broadcast();
    const std::uint64_t newest = member_->newest_at_join();
    switch (start) {
        case Start::oldest:
            return broadcast.oldest_with(newest);
        case Start::next:
            return newest + 1;
        case Start::newest:
            break;
    }
    return std::max(newest, broadcast.first());
}

std::uint64_t Reader::position_for(Which which) const noexcept {
    const std::uint64_t next = next_.load(relaxed);
    return which == Which::next ? next : std::max(next, member_->broadcast().newest());
}

bool Reader::has_unread() const noexcept {
    return member_->broadcast().find(next_.load(relaxed)).outcome != Look::Outcome::nothing;
}

Failure Reader::nothing() noexcept {
    const bool ended = member_->stream_has_ended([this] { return has_unread(); });
    return ended ? Errc::end_of_stream : Errc::empty;
}

result<void> Reader::may_pin() const {
    if (pins_ == 0)
        return Failure(Errc::invalid_argument,
                       "this subscriber reserved no pins (or is read_only): use copy_next() or "
                       "copy_newest(), or attach with pins");
    if (held_.load(relaxed) >= pins_)
        return Failure(Errc::full, "this subscriber holds as many messages as it reserved pins (" +
                                       std::to_string(pins_) + "): let one go, or attach with more pins");
    return success();
}

/// Returns the number of messages between the last returned one and this one.
std::uint64_t Reader::advance(std::uint64_t position) noexcept {
    const std::uint64_t lost = position - next_.load(relaxed);
    next_.store(position + 1, relaxed);
    return lost;
}

result<Message> Reader::take(Which which, const std::shared_ptr<Reader>& self) {
    if (auto allowed = may_pin(); !allowed) return allowed.error();
    const auto& broadcast = member_->broadcast();
    const Look look = broadcast.pin(position_for(which), broadcast::pin_bit(member_->me()));
    if (look.outcome == Look::Outcome::nothing) return nothing();
    if (look.outcome == Look::Outcome::damaged) return damaged();
    held_.fetch_add(1, relaxed);
    const SharedData& slot = member_->slots()[look.slot];
    const auto area = member_->slots().received_payload(look.slot);
    platform::prefetch(area.data());
    result<Message> taken = Message();  // filled in the returned object: no second move
    Message& message = taken.assume_value();
    message.reader_ = self;
    message.slot_ = look.slot;
    // The size is from shared memory: read once, limited to the slot's real size.
    const auto content = slot.payload.get();
    message.payload_ = area.first(std::min<std::uint64_t>(content.bytes, area.size()));
    if (content.described) message.image_ = slot::sanitized(Image(slot.image), message.payload_.size());
    message.sequence_ = look.position - broadcast.first() + 1;
    message.lost_ = advance(look.position);
    const std::int64_t sent_ns = slot.sent_ns.load(relaxed);
    message.published_at_ = time_point(sent_ns);
    member_->count_taken(message.payload_.size(), message.lost_, sent_ns);
    return taken;
}

result<Copied> Reader::copy(Which which, std::span<std::byte> buffer) {
    const auto& broadcast = member_->broadcast();
    constexpr int max_attempts = 1000;  // each further try means that the whole history was overwritten during one copy
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const Look look = broadcast.find(position_for(which));
        if (look.outcome == Look::Outcome::nothing) return nothing();
        if (look.outcome == Look::Outcome::damaged) return damaged();
        const SharedData& slot = member_->slots()[look.slot];
        const auto area = member_->slots().payload_area(look.slot);
        const auto content = slot.payload.get();
        const std::size_t size = std::min<std::uint64_t>(content.bytes, area.size());
        Image image;
        if (content.described)
            slot::copy_out(std::as_bytes(std::span(&slot.image, 1)), std::as_writable_bytes(std::span(&image, 1)));
        const std::int64_t sent_ns = slot.sent_ns.load(relaxed);
        const bool fits = size <= buffer.size();
        if (fits) slot::copy_out(area.first(size), buffer);
        if (!broadcast.still_there(look)) continue;
        if (!fits)
            return Failure(Errc::too_large, "the message has " + std::to_string(size) + " bytes, the buffer " +
                                                std::to_string(buffer.size()));
        const std::uint64_t lost = advance(look.position);
        member_->count_taken(size, lost, sent_ns);
        return Copied{size, slot::sanitized(image, size), look.position - broadcast.first() + 1, lost,
                      time_point(sent_ns)};
    }
    return Failure(Errc::timed_out,
                   "every message was overwritten while it was copied, a thousand times over: the history "
                   "is too short for this rate. Create the topic with a longer history, or use pins");
}

void Reader::unpin(std::uint32_t slot) noexcept {
    if (!member_->is_usable()) return;
    member_->broadcast().unpin(slot, broadcast::pin_bit(member_->me()));
    held_.fetch_sub(1, relaxed);
}

}  // namespace handoff::detail::topic
