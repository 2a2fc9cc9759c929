#include <handoff/channel.hpp>

#include <algorithm>
#include <utility>

#include "channel/member.hpp"
#include "platform/clock.hpp"

namespace handoff {

using channel::Claim;
using channel::RingOutcome;

namespace {

std::chrono::steady_clock::time_point time_point(std::int64_t ns) {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

/// Says in the table that a thread of ours waits for a message.
class Waiting {
public:
    explicit Waiting(participants::ParticipantEntry& entry) noexcept : count_(entry.counters.waiting) {
        count_.fetch_add(1, std::memory_order_relaxed);  // read at a tick, by others that wait: late is soon enough
    }
    Waiting(const Waiting&) = delete;
    ~Waiting() { count_.fetch_sub(1, std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t>& count_;
};

}  // namespace

Receiver::Receiver(std::string_view name, const ChannelOptions& options)
    : member_(channel::open_member(name, options, participants::Role::receiver)) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;

result<Request> Receiver::receive(Deadline deadline) {
    if (member_ == nullptr || !member_->is_usable()) return channel::unusable(member_.get());
    Claim claim = member_->handover().take();
    bool ended = false;
    if (claim.outcome == RingOutcome::empty) {
        const Waiting waiting(member_->my_entry());
        const bool done = member_->wait(member_->control().ready, deadline, [&] {
            claim = member_->handover().take();
            if (claim.outcome != RingOutcome::empty) return true;
            return ended = member_->stream_has_ended();
        });
        if (!done) {
            member_->was_taken_from();
            if (!member_->is_usable()) return channel::unusable(member_.get());
            return nothing_came();
        }
    }
    member_->was_taken_from();
    if (ended) return Errc::end_of_stream;
    return request_of(claim);
}

result<Request> Receiver::try_receive() {
    if (member_ == nullptr || !member_->is_usable()) return channel::unusable(member_.get());
    Claim claim = member_->handover().take();
    if (claim.outcome == RingOutcome::empty && member_->reap_if_due()) claim = member_->handover().take();
    const bool ended = claim.outcome == RingOutcome::empty && member_->stream_has_ended();
    member_->was_taken_from();
    if (!member_->is_usable()) return channel::unusable(member_.get());
    if (ended) return Errc::end_of_stream;
    if (claim.outcome == RingOutcome::empty) return Errc::empty;
    return request_of(claim);
}

Failure Receiver::nothing_came() const {
    member_->my_entry().counters.timeouts.fetch_add(1, std::memory_order_relaxed);
    const auto state = member_->state();
    return {Errc::timed_out, "nothing came on '" + member_->info().name + "' in time: " +
                                 std::to_string(state.senders) + " senders attached, " + member_->who_holds()};
}

result<Request> Receiver::request_of(const channel::Claim& claim) {
    if (!member_->is_usable()) return channel::unusable(member_.get());
    if (claim.outcome == RingOutcome::damaged)
        return Failure(Errc::damaged, "the queue of '" + member_->info().name +
                                          "' contradicts itself; end all programs that use it and remove it");
    constexpr auto relaxed = std::memory_order_relaxed;  // made visible by the exchange in Ring::take()
    auto& slot = member_->slots()[claim.slot];
    const std::int64_t now_ns = platform::now_ns();
    slot.taken_ns.store(now_ns, relaxed);

    Request request;
    const auto payload = member_->slots().payload_area(claim.slot);
    // Sizes come out of shared memory: read once, cut to what the slot really has.
    request.payload_ = payload.first(std::min<std::uint64_t>(slot.payload_bytes.load(relaxed), payload.size()));
    request.reply_ = member_->slots().reply_area(claim.slot);
    const Image claimed = slot.image;
    if (claimed.is_image() && check_image(claimed, request.payload_.size())) request.image_ = claimed;
    request.slot_ = claim.slot;
    request.word_ = claim.word;
    request.sender_ = {slot.sender.load(relaxed)};
    request.sequence_ = slot.sequence.load(relaxed);
    request.deliveries_ = slots::SlotWord::decode(claim.word).deliveries + 1U;
    request.sent_at_ = time_point(slot.sent_ns.load(relaxed));
    request.taken_at_ = time_point(now_ns);
    request.member_ = member_;
    auto& counters = member_->my_entry().counters;
    counters.messages.fetch_add(1, relaxed);
    counters.bytes.fetch_add(request.payload_.size(), relaxed);
    if (!member_->is_usable()) return channel::unusable(member_.get());
    return request;
}

Waitable Receiver::waitable() const {
    return Waitable((usable(), member_));
}
int Receiver::descriptor() const {
    return usable().descriptor();
}

ChannelInfo Receiver::info() const {
    return usable().info();
}
ChannelState Receiver::state() const {
    return usable().state();
}
std::string Receiver::who_holds() const {
    return usable().who_holds();
}

channel::Member& Receiver::usable() const {
    if (member_ == nullptr || !member_->is_usable()) throw Error(channel::unusable(member_.get()));
    return *member_;
}

}  // namespace handoff
