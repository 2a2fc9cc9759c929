#include <handoff/channel.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "channel/open_channel.hpp"
#include "platform/clock.hpp"
#include "queue/member.hpp"

namespace handoff {

using detail::queue::Claim;
using detail::queue::is_usable;
using detail::queue::Outcome;
using detail::queue::RingOutcome;
using detail::slot::unusable;

namespace {

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
    if (!is_usable(member_)) return unusable(member_.get());
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
    return request_of(claim);
}

result<std::size_t> Receiver::receive(std::span<Request> batch, const Wait& wait) {
    if (batch.empty()) return Failure(Errc::invalid_argument, "receive: the batch has no place for a request");
    auto first = receive(wait);
    if (!first) return first.error();
    batch[0] = std::move(*first);
    const std::size_t count = 1 + take_more(batch.subspan(1));
    member_->was_taken_from();
    if (!is_usable(member_)) return unusable(member_.get());  // taken from a truncated file
    return count;
}

/// As many as are queued. Errors are reported only when a batch is empty.
std::size_t Receiver::take_more(std::span<Request> batch) {
    const std::int64_t now_ns = member_->stamp_ns();
    std::size_t count = 0;
    for (std::array<Claim, 64> claims; count < batch.size();) {
        const auto wanted = std::min(claims.size(), batch.size() - count);
        const std::size_t found = member_->protocol().take(std::span(claims).first(wanted));
        for (Request& request : batch.subspan(count, found))
            if (request.member_ != nullptr) request = Request();
        const detail::sync::SoleThread::Use use(member_->sole_thread());
        for (std::size_t i = 0; i < found; ++i) batch[count++].open(*member_, claims[i], now_ns, use.alone());
        if (found < wanted) break;
    }
    return count;
}

result<void> Receiver::processed(std::span<Request> batch) {
    if (!is_usable(member_)) return unusable(member_.get());
    result<void> outcome = success();
    std::uint32_t freed = 0;
    while (!batch.empty()) {
        Outcome ended = Outcome::ok;
        batch = batch.subspan(end_quietly(batch, ended, freed));
        if (ended != Outcome::ok && outcome) outcome = failure_of(ended);
        if (ended != Outcome::ok || batch.empty()) continue;
        // Of another Receiver, awaited, or empty: like a request alone.
        auto done = batch.front().processed();
        if (!done && outcome) outcome = std::move(done);
        batch = batch.subspan(1);
    }
    member_->protocol().notify_answered(freed);
    if (!is_usable(member_)) return unusable(member_.get());  // written into a truncated file
    return outcome;
}

/// Ends those at the front that are this Receiver's and not awaited, up to the first error: wakes nobody. Returns how
/// many.
std::size_t Receiver::end_quietly(std::span<Request> batch, Outcome& outcome, std::uint32_t& freed) noexcept {
    const detail::sync::SoleThread::Use use(member_->sole_thread());
    std::size_t count = 0;
    while (count < batch.size() && outcome == Outcome::ok) {
        Request& request = batch[count];
        if (request.member_.get() != member_.get() || request.awaited_) break;
        outcome = request.end_quietly(use.alone());
        if (outcome == Outcome::ok) ++freed;
        ++count;
    }
    return count;
}

result<Request> Receiver::try_receive() {
    if (!is_usable(member_)) return unusable(member_.get());
    Claim claim = member_->protocol().take();
    if (claim.outcome == RingOutcome::empty && member_->look_if_due()) claim = member_->protocol().take();
    const bool ended = claim.outcome == RingOutcome::empty && member_->stream_has_ended();
    member_->was_taken_from();
    if (!member_->is_usable()) return unusable(member_.get());
    if (ended) return Errc::end_of_stream;
    if (claim.outcome == RingOutcome::empty)
        return member_->was_removed() ? detail::slot::removed(member_->name()) : Failure(Errc::empty);
    return request_of(claim);
}

Failure Receiver::nothing_came(const Wait& wait) const {
    member_->my_entry().counters.timeouts.add(1);
    const auto state = member_->state();
    return {Errc::timed_out, "nothing came on '" + member_->info().name + "' in time: " +
                                 std::to_string(state.senders) + " senders attached, " + member_->who_holds() +
                                 member_->registry().all_stopped(wait, detail::participants::Role::sender, "sender")};
}

result<Request> Receiver::request_of(const Claim& claim) {
    result<Request> taken(std::in_place_type<Request>);  // filled in the returned object: no second move
    if (!open(taken.assume_value(), claim)) taken = not_opened(claim);
    return taken;
}

bool Receiver::open(Request& request, const Claim& claim) {
    if (claim.outcome == RingOutcome::damaged) return false;
    const std::int64_t now_ns = member_->stamp_ns();
    {
        const detail::sync::SoleThread::Use use(member_->sole_thread());
        request.open(*member_, claim, now_ns, use.alone());
    }
    member_->look_if_due(now_ns);
    return is_usable(member_);
}

Failure Receiver::not_opened(const Claim& claim) const {
    if (!is_usable(member_) || claim.outcome != RingOutcome::damaged) return unusable(member_.get());
    return {Errc::damaged, "the queue of '" + member_->info().name +
                               "' contradicts itself; end all programs that use it and remove it"};
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
    if (!is_usable(member_)) throw Error(unusable(member_.get()));
    return *member_;
}

}  // namespace handoff
