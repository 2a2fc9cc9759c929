#include <handoff/channel.hpp>

#include <algorithm>
#include <utility>

#include "channel/open_channel.hpp"
#include "platform/clock.hpp"
#include "queue/member.hpp"

namespace handoff {

using detail::queue::Claim;
using detail::queue::RingOutcome;
using detail::slot::unusable;

namespace {

std::chrono::steady_clock::time_point time_point(std::int64_t ns) {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

/// Marks in the table that a thread of this receiver waits for a message.
class Waiting {
public:
    explicit Waiting(detail::participants::ParticipantEntry& entry) noexcept : count_(entry.counters.waiting) {
        count_.fetch_add(1, std::memory_order_relaxed);  // read at a tick by other waiters: late is soon enough
    }
    Waiting(const Waiting&) = delete;
    ~Waiting() { count_.fetch_sub(1, std::memory_order_relaxed); }

private:
    std::atomic<std::uint32_t>& count_;
};

}  // namespace

Receiver::Receiver(std::string_view name, const ChannelShape& shape, const HandleOptions& handle)
    : member_(detail::channel::open_channel(name, shape, handle, detail::participants::Role::receiver)) {}
Receiver::Receiver(std::string_view name, const HandleOptions& handle) : Receiver(name, ChannelShape{}, handle) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;

result<Request> Receiver::receive(const Wait& wait) {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    if (wait.stop_requested()) return Errc::stopped;
    Claim claim = member_->protocol().take();
    bool ended = false;
    if (claim.outcome == RingOutcome::empty) {
        const Waiting waiting(member_->my_entry());
        const auto fast_check = [&] { return (claim = member_->protocol().take()).outcome != RingOutcome::empty; };
        const bool done = member_->wait_to_take(
            member_->protocol().ready(), wait, member_->poll_rate(),
            [&] { return fast_check() || (ended = member_->stream_has_ended()); }, fast_check);
        if (!done) {
            member_->was_taken_from();
            if (!member_->is_usable()) return unusable(member_.get());
            if (member_->was_removed()) return detail::slot::removed(member_->name());
            if (wait.stop_requested()) return Errc::stopped;
            return nothing_came(wait);
        }
    }
    member_->was_taken_from();
    if (ended) {
        member_->protocol().ready().notify(1);  // pass on a wake-up that this receiver may have got
        return Errc::end_of_stream;
    }
    return request_of(claim, member_->stamp_ns());
}

result<std::size_t> Receiver::receive(std::span<Request> batch, const Wait& wait) {
    if (batch.empty()) return Failure(Errc::invalid_argument, "receive: the batch has no place for a request");
    auto first = receive(wait);
    if (!first) return first.error();
    batch[0] = std::move(*first);
    const std::int64_t now_ns = member_->stamp_ns();
    std::size_t count = 1;
    while (count < batch.size()) {
        const Claim claim = member_->protocol().take();
        if (claim.outcome != RingOutcome::ok) break;  // errors are reported only when the batch is empty
        auto next = request_of(claim, now_ns);
        if (!next) break;
        batch[count++] = std::move(*next);
    }
    member_->was_taken_from();
    return count;
}

result<void> Receiver::processed(std::span<Request> batch) {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    const std::int64_t now_ns = member_->stamp_ns();
    result<void> outcome = success();
    std::uint32_t answered = 0;
    for (Request& request : batch) {
        const auto notify =
            request.member_.get() == member_.get() ? detail::queue::Notify::later : detail::queue::Notify::now;
        auto done = request.finish(request.reply_image_.byte_count(), true, now_ns, notify);
        answered += done ? 1 : 0;
        if (!done && outcome) outcome = std::move(done);
    }
    member_->protocol().notify_answered(answered);
    return outcome;
}

result<Request> Receiver::try_receive() {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    Claim claim = member_->protocol().take();
    if (claim.outcome == RingOutcome::empty && member_->look_if_due()) claim = member_->protocol().take();
    const bool ended = claim.outcome == RingOutcome::empty && member_->stream_has_ended();
    member_->was_taken_from();
    if (!member_->is_usable()) return unusable(member_.get());
    if (ended) return Errc::end_of_stream;
    if (claim.outcome == RingOutcome::empty)
        return member_->was_removed() ? detail::slot::removed(member_->name()) : Failure(Errc::empty);
    return request_of(claim, member_->stamp_ns());
}

Failure Receiver::nothing_came(const Wait& wait) const {
    member_->my_entry().counters.timeouts.add(1);
    const auto state = member_->state();
    return {Errc::timed_out, "nothing came on '" + member_->info().name + "' in time: " +
                                 std::to_string(state.senders) + " senders attached, " + member_->who_holds() +
                                 member_->registry().all_stopped(wait, detail::participants::Role::sender, "sender")};
}

result<Request> Receiver::request_of(const detail::queue::Claim& claim, std::int64_t now_ns) {
    if (!member_->is_usable()) return unusable(member_.get());
    if (claim.outcome == RingOutcome::damaged)
        return Failure(Errc::damaged, "the queue of '" + member_->info().name +
                                          "' contradicts itself; end all programs that use it and remove it");
    constexpr auto relaxed = std::memory_order_relaxed;  // made visible by the exchange in Ring::take()
    auto& slot = member_->slots()[claim.slot];
    slot.taken_ns.store(now_ns, relaxed);
    const detail::slot::SlotWord word = detail::slot::SlotWord::decode(claim.word);
    member_->took(word.awaited);

    result<Request> taken = Request();  // filled in the returned object: no second move
    Request& request = taken.assume_value();
    const auto payload = member_->slots().received_payload(claim.slot);
    // Sizes from shared memory: read once, limited to the slot's real sizes.
    const auto content = slot.payload.get();
    request.payload_ = payload.first(std::min<std::uint64_t>(content.bytes, payload.size()));
    request.reply_ = member_->slots().reply_area(claim.slot);
    if (content.described) request.image_ = detail::slot::sanitized(Image(slot.image), request.payload_.size());
    request.slot_ = claim.slot;
    request.word_ = claim.word;
    request.sender_ = {slot.sender.load(relaxed)};
    request.sequence_ = slot.sequence.load(relaxed);
    request.deliveries_ = word.deliveries + 1U;
    request.awaited_ = word.awaited;
    const std::int64_t sent_ns = slot.sent_ns.load(relaxed);
    request.sent_at_ = time_point(sent_ns);
    request.taken_at_ = time_point(now_ns);
    member_->count_taken(request.payload_.size(), sent_ns, now_ns);
    request.member_ = detail::slot::LenderPtr<detail::queue::Member>::adopt(*member_, *member_);
    member_->look_if_due(now_ns);
    if (!member_->is_usable()) return unusable(member_.get());
    return taken;
}

Waitable Receiver::waitable() const {
    return detail::sync::WaitSource::waitable(usable().share());
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

detail::queue::Member& Receiver::usable() const {
    if (member_ == nullptr || !member_->is_usable()) throw Error(unusable(member_.get()));
    return *member_;
}

}  // namespace handoff
