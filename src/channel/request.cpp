// The receiver's side of a request: Request.
#include <handoff/channel.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "queue/member.hpp"

namespace handoff {

using detail::queue::is_usable;
using detail::queue::Outcome;
using detail::slot::SlotState;
using detail::slot::unusable;

namespace {

std::chrono::steady_clock::time_point time_point(std::int64_t ns) {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

Failure reply_too_large(std::size_t wanted, std::size_t capacity) {
    return {Errc::too_large, "the answer has " + std::to_string(wanted) + " bytes, the reply area holds " +
                                 std::to_string(capacity) + ". Create the channel with more reply_bytes"};
}

}  // namespace

/// Fills an empty one with what was claimed, within a Use that says `alone`.
void Request::open(detail::queue::Member& member, const detail::queue::Claim& claim, std::int64_t now_ns,
                   bool alone) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;  // made visible by the exchange in Ring::take()
    auto& slot = member.slots()[claim.slot];
    slot.taken_ns.store(now_ns, relaxed);
    const detail::slot::SlotWord word = detail::slot::SlotWord::decode(claim.word);
    member.took(word.awaited);
    // Sizes from shared memory: read once, limited to the slot's real sizes.
    const auto payload = member.slots().received_payload(claim.slot);
    const auto content = slot.payload.get();
    const std::int64_t sent_ns = slot.sent_ns.load(relaxed);
    member_.adopt(member);
    word_ = claim.word;
    slot_ = claim.slot;
    deliveries_ = word.deliveries + 1U;
    awaited_ = word.awaited;
    payload_ = payload.first(std::min<std::uint64_t>(content.bytes, payload.size()));
    sender_ = {slot.sender.load(relaxed)};
    sequence_ = slot.sequence.load(relaxed);
    sent_at_ = time_point(sent_ns);
    taken_at_ = time_point(now_ns);
    image_.reset();
    if (content.described) image_ = detail::slot::sanitized(Image(slot.image), payload_.size());
    reply_image_.reset();
    member.count_taken(payload_.size(), sent_ns, now_ns, alone);
}

Request& Request::operator=(Request&& other) noexcept {
    if (this != &other) {
        give_back();
        member_ = std::move(other.member_);
        word_ = other.word_;
        slot_ = other.slot_;
        deliveries_ = other.deliveries_;
        awaited_ = other.awaited_;
        payload_ = std::exchange(other.payload_, {});
        sender_ = other.sender_;
        sequence_ = other.sequence_;
        sent_at_ = other.sent_at_;
        taken_at_ = other.taken_at_;
        image_ = other.image_;
        reply_image_ = other.reply_image_;
    }
    return *this;
}

std::span<std::byte> Request::reply() const noexcept {
    return member_ == nullptr ? std::span<std::byte>() : member_->slots().reply_area(slot_);
}

/// Of the answer that describe_reply() announced.
std::size_t Request::described_bytes() const noexcept {
    return reply_image_.is_described() ? reply_image_.get().byte_count() : 0;
}

void Request::give_back() noexcept {
    if (member_ == nullptr) return;
    if (member_->is_usable()) {
        member_->my_entry().counters.returned.add(1);
        member_->protocol().give_back({slot_, word_});
    }
    member_.reset();
}

result<std::span<std::byte>> Request::editable() {
    if (!is_usable(member_)) return unusable(member_.get());
    if (!member_->settings().in_place)
        return Failure(Errc::invalid_argument, "the channel '" + member_->info().name +
                                                   "' was not created in_place: its requests are read-only. Create it "
                                                   "with in_place, or write the result into reply()");
    return member_->slots().payload_area(slot_).first(payload_.size());
}

result<void> Request::describe(const Image& image) {
    auto bytes = editable();
    if (!bytes) return bytes.error();
    if (auto checked = check_description(image, payload_.size()); !checked) return checked;
    image_ = image;
    auto& slot = member_->slots()[slot_];
    slot.image = image;
    slot.payload.set(image.byte_count(), image.is_described());  // published by SlotProtocol::answer()
    return success();
}

result<void> Request::describe_reply(const Image& image) {
    if (!is_usable(member_)) return unusable(member_.get());
    if (auto checked = check_description(image, reply().size()); !checked) return checked;
    reply_image_ = image;
    return success();
}

result<void> Request::processed() {
    return finish(described_bytes(), true);
}

result<void> Request::processed(std::size_t reply_bytes) {
    return finish(reply_bytes, true);
}

result<void> Request::processed(std::span<const std::byte> answer) {
    if (!is_usable(member_)) return unusable(member_.get());
    if (answer.size() > reply().size()) return reply_too_large(answer.size(), reply().size());
    if (!answer.empty()) std::memmove(reply().data(), answer.data(), answer.size());
    return finish(answer.size(), true);
}

result<void> Request::failed(std::string_view reason) {
    if (!is_usable(member_)) return unusable(member_.get());
    detail::queue::set_reason(member_->slots()[slot_], reason);
    return finish(0, false);
}

result<void> Request::finish(std::size_t reply_bytes, bool ok) {
    if (!is_usable(member_)) return unusable(member_.get());
    if (const std::size_t capacity = reply().size(); reply_bytes > capacity)
        return reply_too_large(reply_bytes, capacity);
    auto& slot = member_->slots()[slot_];
    // Published by SlotProtocol::answer():
    const bool described = reply_image_.is_described() && described_bytes() <= reply_bytes;
    slot.reply.set(reply_bytes, described);
    if (described) slot.reply_image = reply_image_.get();
    const std::int64_t now_ns = awaited_ ? member_->stamp_ns() : 0;
    if (awaited_) slot.answered_ns.store(now_ns, std::memory_order_relaxed);
    {
        const detail::sync::SoleThread::Use use(member_->sole_thread());
        member_->count_finished(ok, use.alone());
        if (awaited_) member_->count_work(taken_at_.time_since_epoch().count(), now_ns, use.alone());
    }
    const auto member = std::move(member_);
    payload_ = {};
    const Outcome outcome = member->protocol().answer({slot_, word_}, ok ? SlotState::processed : SlotState::failed);
    if (!is_usable(member)) return unusable(member.get());  // written into a truncated file
    if (outcome != Outcome::ok) return failure_of(outcome);
    return success();
}

/// Ends one that is not awaited, within a Use that says `alone`: the caller has another reference to the member, and
/// wakes the senders.
Outcome Request::end_quietly(bool alone) noexcept {
    detail::queue::Member& member = *member_;
    member_.release();
    member.count_finished(true, alone);
    member.let_go(alone);
    payload_ = {};
    return member.protocol().answer({slot_, word_}, SlotState::processed, detail::queue::Notify::later);
}

}  // namespace handoff
