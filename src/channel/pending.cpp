// The sender's side of a request in flight: Pending, and Processed once it has its answer.
#include <handoff/channel.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include "channel/pending_source.hpp"
#include "platform/clock.hpp"
#include "queue/member.hpp"

namespace handoff {

using detail::queue::is_usable;
using detail::queue::Outcome;
using detail::queue::Withdrawal;
using detail::slot::SlotState;
using detail::slot::SlotWord;
using detail::slot::unusable;

namespace {

std::string reason_in(const detail::slot::SharedData& slot) {
    const auto* end = std::find(std::begin(slot.reason), std::end(slot.reason), '\0');
    std::string reason(std::begin(slot.reason), end);
    std::replace_if(
        reason.begin(), reason.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, '?');
    return reason.empty() ? "no reason was given" : reason;
}

}  // namespace

// ---- Processed ------------------------------------------------------------------------------------------------------

Processed::Processed(Processed&& other) noexcept
    : member_(std::move(other.member_)),
      slot_(other.slot_),
      deliveries_(other.deliveries_),
      reply_(std::exchange(other.reply_, {})),
      payload_(std::exchange(other.payload_, {})),
      reply_image_(other.reply_image_),
      image_(other.image_),
      sequence_(other.sequence_),
      round_trip_(other.round_trip_) {}

Processed& Processed::operator=(Processed&& other) noexcept {
    if (this != &other) {
        release();
        member_ = std::move(other.member_);
        slot_ = other.slot_;
        reply_ = std::exchange(other.reply_, {});
        payload_ = std::exchange(other.payload_, {});
        reply_image_ = other.reply_image_;
        image_ = other.image_;
        sequence_ = other.sequence_;
        deliveries_ = other.deliveries_;
        round_trip_ = other.round_trip_;
    }
    return *this;
}

void Processed::release() noexcept {
    if (member_ == nullptr) return;
    if (member_->is_usable()) member_->protocol().release(slot_, sequence_);
    member_.reset();
}

// ---- Pending --------------------------------------------------------------------------------------------------------

Pending::Pending(detail::slot::LenderPtr<detail::queue::Member> member, std::uint32_t slot,
                 std::uint64_t sequence) noexcept
    : member_(std::move(member)), slot_(slot), sequence_(sequence) {}

Pending::Pending(Pending&& other) noexcept
    : member_(std::move(other.member_)),
      slot_(other.slot_),
      sequence_(other.sequence_),
      source_(std::move(other.source_)) {}

Pending& Pending::operator=(Pending&& other) noexcept {
    if (this != &other) {
        abandon();
        member_ = std::move(other.member_);
        slot_ = other.slot_;
        sequence_ = other.sequence_;
        source_ = std::move(other.source_);
    }
    return *this;
}

void Pending::abandon() noexcept {
    source_.reset();
    if (member_ == nullptr) return;
    if (member_->is_usable()) member_->protocol().abandon(slot_, sequence_);
    member_.reset();
}

const std::shared_ptr<detail::channel::PendingSource>& Pending::source() const {
    if (!is_usable(member_)) throw Error(unusable(member_.get()));
    if (source_ == nullptr) source_ = std::make_shared<detail::channel::PendingSource>(member_, slot_, sequence_);
    return source_;
}
Waitable Pending::waitable() const {
    return detail::sync::WaitSource::waitable(source());
}
int Pending::descriptor() const {
    return source()->descriptor();
}

bool Pending::was_answered() const noexcept {
    if (!is_usable(member_)) return true;
    const auto answered = [this] { return member_->protocol().is_answered(slot_, sequence_) != Outcome::not_yet; };
    return answered() || (member_->look_if_due() && answered());
}

result<Withdrawn> Pending::withdraw() {
    if (!is_usable(member_)) return unusable(member_.get());
    const Withdrawal outcome = member_->protocol().withdraw(slot_, sequence_);
    if (outcome == Withdrawal::taken_back) member_->my_entry().counters.returned.add(1);
    const auto member = member_;
    abandon();
    if (!is_usable(member)) return unusable(member.get());
    switch (outcome) {
        case Withdrawal::taken_back:
            return Withdrawn::taken_back;
        case Withdrawal::left_to_receiver:
            return Withdrawn::with_receiver;
        case Withdrawal::answered:
            return Withdrawn::answered;
        case Withdrawal::lost:
            break;
    }
    return Errc::ownership_lost;
}

result<Processed> Pending::wait(const Wait& wait) {
    if (!is_usable(member_)) return unusable(member_.get());
    if (wait.stop_requested()) return Errc::stopped;
    Outcome outcome = Outcome::not_yet;
    const auto is_over = [&] {
        outcome = member_->protocol().is_answered(slot_, sequence_);
        return outcome != Outcome::not_yet;
    };
    if (wait.deadline().at_ns() == 0 || !member_->spin_for_answer(is_over))
        member_->wait(member_->protocol().answered(member_->registry().me()), wait, is_over);
    if (!is_usable(member_)) return unusable(member_.get());
    if (outcome == Outcome::not_yet) return no_answer(wait);
    if (outcome != Outcome::ok) {
        source_.reset();
        member_.reset();
        return failure_of(outcome);
    }
    member_->look_if_due();
    return collect();
}

Failure Pending::no_answer(const Wait& wait) const {
    if (member_->was_removed()) return detail::slot::removed(member_->name());
    if (wait.stop_requested()) return Errc::stopped;
    member_->my_entry().counters.timeouts.add(1);
    return {Errc::timed_out,
            "request " + std::to_string(sequence_) + " was not processed in time: it is " + member_->describe(slot_) +
                member_->registry().all_stopped(wait, detail::participants::Role::receiver, "receiver")};
}

result<Processed> Pending::collect() {
    const auto& slot = member_->slots()[slot_];
    const SlotWord word = SlotWord::decode(slot.control.load());
    const std::int64_t answered_ns = slot.answered_ns.load(std::memory_order_relaxed);
    const std::int64_t sent_ns = slot.sent_ns.load(std::memory_order_relaxed);
    member_->count_answered(word.state == SlotState::processed, sent_ns, answered_ns);
    const std::uint32_t deliveries = word.deliveries + (word.state == SlotState::given_up ? 0U : 1U);
    if (word.state != SlotState::processed) {
        Failure failure =
            word.state == SlotState::failed
                ? Failure(Errc::failed, "request " + std::to_string(sequence_) + " failed: " + reason_in(slot))
                : Failure(Errc::given_up, "request " + std::to_string(sequence_) + " was delivered " +
                                              std::to_string(deliveries) +
                                              " times and every receiver died with it or gave it back");
        abandon();
        return failure;
    }
    result<Processed> collected = Processed();  // filled in the returned object: no second move
    Processed& processed = collected.assume_value();
    const auto payload = member_->slots().received_payload(slot_);
    const auto reply = member_->slots().received_reply(slot_);
    // Sizes from shared memory: read once, limited to the slot's real sizes.
    const auto request = slot.payload.get();
    const auto answer = slot.reply.get();
    processed.payload_ = payload.first(std::min<std::uint64_t>(request.bytes, payload.size()));
    processed.reply_ = reply.first(std::min<std::uint64_t>(answer.bytes, reply.size()));
    if (request.described) processed.image_ = detail::slot::sanitized(Image(slot.image), processed.payload_.size());
    if (answer.described)
        processed.reply_image_ = detail::slot::sanitized(Image(slot.reply_image), processed.reply_.size());
    processed.slot_ = slot_;
    processed.sequence_ = sequence_;
    processed.deliveries_ = deliveries;
    processed.round_trip_ = std::chrono::nanoseconds(detail::platform::difference_ns(answered_ns, sent_ns));
    if (!is_usable(member_)) return unusable(member_.get());
    source_.reset();
    processed.member_ = std::move(member_);
    return collected;
}

}  // namespace handoff
