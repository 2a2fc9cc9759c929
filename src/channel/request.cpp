// The receiver's side of a request: Request.
#include <handoff/channel.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "queue/member.hpp"

namespace handoff {

using detail::slot::SlotState;
using detail::slot::unusable;

namespace {

Failure reply_too_large(std::size_t wanted, std::size_t capacity) {
    return {Errc::too_large, "the answer has " + std::to_string(wanted) + " bytes, the reply area holds " +
                                 std::to_string(capacity) + ". Create the channel with more reply_bytes"};
}

}  // namespace

Request& Request::operator=(Request&& other) noexcept {
    if (this != &other) {
        give_back();
        member_ = std::move(other.member_);
        slot_ = other.slot_;
        word_ = other.word_;
        payload_ = std::exchange(other.payload_, {});
        reply_ = std::exchange(other.reply_, {});
        image_ = other.image_;
        reply_image_ = other.reply_image_;
        sender_ = other.sender_;
        sequence_ = other.sequence_;
        deliveries_ = other.deliveries_;
        awaited_ = other.awaited_;
        sent_at_ = other.sent_at_;
        taken_at_ = other.taken_at_;
    }
    return *this;
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
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
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
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    if (auto checked = check_description(image, reply_.size()); !checked) return checked;
    reply_image_ = image;
    return success();
}

result<void> Request::processed() {
    return finish(reply_image_.byte_count(), true);
}

result<void> Request::processed(std::size_t reply_bytes) {
    return finish(reply_bytes, true);
}

result<void> Request::processed(std::span<const std::byte> answer) {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    if (answer.size() > reply_.size()) return reply_too_large(answer.size(), reply_.size());
    if (!answer.empty()) std::memmove(reply_.data(), answer.data(), answer.size());
    return finish(answer.size(), true);
}

result<void> Request::failed(std::string_view reason) {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    detail::queue::set_reason(member_->slots()[slot_], reason);
    return finish(0, false);
}

result<void> Request::finish(std::size_t reply_bytes, bool ok) {
    const bool stamped = member_ != nullptr && member_->is_usable() && detail::slot::SlotWord::decode(word_).awaited;
    return finish(reply_bytes, ok, stamped ? member_->stamp_ns() : 0, detail::queue::Notify::now);
}

result<void> Request::finish(std::size_t reply_bytes, bool ok, std::int64_t now_ns, detail::queue::Notify notify) {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    if (reply_bytes > reply_.size()) return reply_too_large(reply_bytes, reply_.size());
    auto& slot = member_->slots()[slot_];
    // Published by SlotProtocol::answer():
    const bool described = reply_image_.is_described() && reply_image_.byte_count() <= reply_bytes;
    slot.reply.set(reply_bytes, described);
    if (described) slot.reply_image = reply_image_;
    const bool awaited = detail::slot::SlotWord::decode(word_).awaited;
    if (awaited) slot.answered_ns.store(now_ns, std::memory_order_relaxed);
    member_->count_finished(ok, awaited, taken_at_.time_since_epoch().count(), now_ns);
    const auto member = std::move(member_);
    payload_ = {};
    reply_ = {};
    auto answered = member->protocol().answer({slot_, word_}, ok ? SlotState::processed : SlotState::failed, notify);
    if (!member->is_usable()) return unusable(member.get());  // written into a truncated file
    return answered;
}

}  // namespace handoff
