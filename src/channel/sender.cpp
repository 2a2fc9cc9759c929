#include <handoff/channel.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "channel/open_channel.hpp"
#include "platform/clock.hpp"
#include "queue/member.hpp"
#include "slot/fill.hpp"

namespace handoff {

using detail::queue::Held;
using detail::queue::is_usable;
using detail::queue::Outcome;
using detail::queue::Withdrawal;
using detail::slot::unusable;

namespace {

Failure timed_out_waiting_for_slot(const detail::queue::Member& member, const Wait& wait) {
    return {Errc::timed_out, "no slot of '" + member.info().name + "' became free in time: " + member.who_holds() +
                                 member.registry().all_stopped(wait, detail::participants::Role::receiver, "receiver")};
}

}  // namespace

Sender::Sender(std::string_view name, const ChannelShape& shape, const HandleOptions& handle)
    : member_(detail::channel::open_channel(name, shape, handle, detail::participants::Role::sender)) {}
Sender::Sender(std::string_view name, const HandleOptions& handle) : Sender(name, ChannelShape{}, handle) {}
Sender::Sender(Sender&&) noexcept = default;
Sender& Sender::operator=(Sender&&) noexcept = default;
Sender::~Sender() = default;

result<Loan> Sender::loan_of(const Held& held) {
    const std::int64_t now_ns = detail::platform::now_coarse_ns();
    member_->look_if_due(now_ns);
    result<Loan> made(std::in_place_type<Loan>);  // filled in the returned object: no second move
    open_all(std::span(&made.assume_value(), 1), std::span(&held, 1), now_ns);
    return made;
}

result<Loan> Sender::try_loan() {
    if (!is_usable(member_)) return unusable(member_.get());
    auto held = member_->protocol().loan();
    if (!held && member_->look_if_due()) held = member_->protocol().loan();
    member_->was_taken_from();
    if (!is_usable(member_)) return unusable(member_.get());
    if (!held) return member_->was_removed() ? detail::slot::removed(member_->name()) : Failure(Errc::full);
    return loan_of(*held);
}

result<Loan> Sender::loan(const Wait& wait) {
    if (!is_usable(member_)) return unusable(member_.get());
    if (wait.stop_requested()) return Errc::stopped;
    auto held = member_->protocol().fast_loan();
    if (!held) held = wait_for_slot(wait);
    member_->was_taken_from();
    if (!is_usable(member_)) return unusable(member_.get());
    if (held) return loan_of(*held);
    return no_slot(wait);
}

std::optional<Held> Sender::wait_for_slot(const Wait& wait) {
    std::optional<Held> held;
    // With many slots the receivers are far behind: let them free more before their lines are read again.
    const auto poll_rate =
        member_->slots().count() >= 16 ? detail::sync::PollRate::calm : detail::sync::PollRate::eager;
    member_->wait_to_take(
        member_->protocol().freed(), wait, poll_rate, [&] { return (held = member_->protocol().loan()).has_value(); },
        [&] { return (held = member_->protocol().fast_loan()).has_value(); });
    return held;
}

Failure Sender::no_slot(const Wait& wait) const {
    if (member_->was_removed()) return detail::slot::removed(member_->name());
    if (wait.stop_requested()) return Errc::stopped;
    member_->my_entry().counters.timeouts.add(1);
    return timed_out_waiting_for_slot(*member_, wait);
}

result<std::size_t> Sender::loan(std::span<Loan> batch, const Wait& wait) {
    if (batch.empty()) return Failure(Errc::invalid_argument, "loan: the batch has no place for a loan");
    auto first = loan(wait);
    if (!first) return first.error();
    batch[0] = std::move(*first);
    std::size_t count = 1;
    const std::int64_t now_ns = detail::platform::now_coarse_ns();
    for (std::array<Held, 64> held; count < batch.size();) {
        const auto wanted = std::min(held.size(), batch.size() - count);
        const std::size_t found = member_->protocol().loan_next(std::span(held).first(wanted));
        for (Loan& loan : batch.subspan(count, found))
            if (loan.lender_ != nullptr) loan = Loan();
        open_all(batch.subspan(count, found), held, now_ns);
        count += found;
        if (found < wanted) break;
    }
    member_->was_taken_from();
    return count;
}

/// REQUIRES: the loans are empty; held.size() >= batch.size()
void Sender::open_all(std::span<Loan> batch, std::span<const Held> held, std::int64_t now_ns) {
    const detail::sync::SoleThread::Use use(member_->sole_thread());
    member_->hold(batch.size(), use.alone());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        // Since when it is on loan, for people. Relaxed: no decision depends on it.
        member_->slots()[held[i].slot].sent_ns.store(now_ns, std::memory_order_relaxed);
        batch[i].lender_.adopt(*member_);
        batch[i].open(held[i], member_->slots().payload_area(held[i].slot));
    }
}

bool Sender::is_mine(const Loan& loan) const noexcept {
    return is_usable(member_) && loan.lender_.get() == member_.get();
}

/// REQUIRES: the loan is not this Sender's
Failure Sender::refusal(const Loan& loan) const {
    if (!is_usable(member_) || loan.lender_ == nullptr) return unusable(member_.get());
    return {Errc::invalid_argument, "the loan is of another Sender: send it there"};
}

/// Fills the slot's description and queues it, within a Use that says `alone`. Then the loan is empty, unless there was
/// an error. REQUIRES: is_mine(loan)
Outcome Sender::commit(Loan& loan, bool awaited, std::int64_t now_ns, std::uint64_t sequence, bool alone) {
    auto& slot = member_->slots()[loan.slot_];
    constexpr auto relaxed = std::memory_order_relaxed;  // published by SlotProtocol::commit()
    slot.sender.store(member_->registry().my_id(), relaxed);
    slot.sequence.store(sequence, relaxed);
    slot.payload.set(loan.size_, loan.image_.is_described());
    slot.reply.set(0, false);
    slot.sent_ns.store(now_ns, relaxed);
    if (loan.image_.is_described()) slot.image = loan.image();
    const Outcome outcome = member_->protocol().commit({loan.slot_, loan.word_}, awaited);
    if (outcome != Outcome::ok) return outcome;
    member_->count_sent(loan.size_, alone);
    loan.lender_.release();  // count_sent() counted it off
    return outcome;
}

/// A message alone.
Outcome Sender::commit(Loan& loan, bool awaited, std::uint64_t& sequence) {
    const std::int64_t now_ns = member_->stamp_ns();
    Outcome outcome = Outcome::ok;
    {
        const detail::sync::SoleThread::Use use(member_->sole_thread());
        sequence = member_->next_sequence(use.alone());
        outcome = commit(loan, awaited, now_ns, sequence, use.alone());
    }
    if (outcome != Outcome::ok) return outcome;
    member_->protocol().notify_committed(1);
    member_->look_if_due(now_ns);
    return outcome;
}

result<void> Sender::send(Loan loan) {
    if (!is_mine(loan)) return refusal(loan);
    std::uint64_t sequence = 0;
    const Outcome outcome = commit(loan, false, sequence);
    if (!is_usable(member_)) return unusable(member_.get());  // sent into a truncated file
    if (outcome != Outcome::ok) return failure_of(outcome);
    return success();
}

result<void> Sender::send(std::span<const std::byte> message, const Wait& wait) {
    if (!is_usable(member_)) return unusable(member_.get());
    if (const std::size_t capacity = member_->capacity(); message.size() > capacity)
        return detail::slot::message_too_large(member_->name(), message.size(), capacity);
    auto loan = this->loan(wait);
    if (!loan) return loan.error();
    detail::slot::fill(*loan, message);
    return send(std::move(*loan));
}

result<void> Sender::send(std::span<Loan> batch) {
    if (batch.empty()) return success();
    for (const Loan& loan : batch)
        if (!is_mine(loan)) return refusal(loan);
    const std::int64_t now_ns = member_->stamp_ns();
    Outcome outcome = Outcome::ok;
    std::uint32_t sent = 0;
    {
        const detail::sync::SoleThread::Use use(member_->sole_thread());
        for (Loan& loan : batch) {
            outcome = commit(loan, false, now_ns, member_->next_sequence(use.alone()), use.alone());
            if (outcome != Outcome::ok) break;
            ++sent;
        }
    }
    member_->protocol().notify_committed(sent);
    if (!is_usable(member_)) return unusable(member_.get());  // sent into a truncated file
    member_->look_if_due(now_ns);
    if (outcome != Outcome::ok) return failure_of(outcome);
    return success();
}

result<Pending> Sender::request_async(Loan loan) {
    if (!is_mine(loan)) return refusal(loan);
    std::uint64_t sequence = 0;
    const Outcome outcome = commit(loan, true, sequence);
    if (!is_usable(member_)) return unusable(member_.get());  // sent into a truncated file
    if (outcome != Outcome::ok) return failure_of(outcome);
    return Pending(member_, loan.slot_, sequence);
}

result<Processed> Sender::request(Loan loan, const Wait& wait) {
    if (wait.stop_requested()) return Errc::stopped;
    auto pending = request_async(std::move(loan));
    if (!pending) return pending.error();
    auto processed = pending->wait(wait);
    if (processed) return processed;
    const bool was_stopped = processed.error() == Errc::stopped;
    if (!was_stopped && !(processed.error() == Errc::timed_out)) return processed;
    const Errc code = was_stopped ? Errc::stopped : Errc::timed_out;
    const char* const in_time = was_stopped ? "before the stop" : "in time";
    const std::string hands = member_->describe(pending->slot_);
    const auto name = "request " + std::to_string(pending->sequence()) + " on '" + member_->info().name + "'";
    switch (member_->protocol().withdraw(pending->slot_, pending->sequence_)) {
        case Withdrawal::answered:
            return pending->wait(Deadline::now());
        case Withdrawal::taken_back:
            member_->my_entry().counters.returned.add(1);
            return Failure(code, name + " was withdrawn: no receiver took it " + in_time + " (" +
                                     std::to_string(member_->state().receivers) + " attached)");
        case Withdrawal::left_to_receiver:
            return Failure(code, name + " was not processed " + in_time + ": " + hands +
                                     ". It is left there; its answer is no longer awaited");
        case Withdrawal::lost:
            break;
    }
    return Errc::ownership_lost;
}

result<Processed> Sender::request(std::span<const std::byte> message, const Wait& wait) {
    if (!is_usable(member_)) return unusable(member_.get());
    if (const std::size_t capacity = member_->capacity(); message.size() > capacity)
        return detail::slot::message_too_large(member_->name(), message.size(), capacity);
    auto loan = this->loan(wait);
    if (!loan) return loan.error();
    detail::slot::fill(*loan, message);
    return request(std::move(*loan), wait);
}

result<void> Sender::wait_for_receiver(const Wait& wait) {
    if (!is_usable(member_)) return unusable(member_.get());
    const auto arrived = [&] { return member_->registry().has_living(detail::participants::Role::receiver); };
    if (member_->wait(member_->protocol().arrived(), wait, arrived)) return success();
    if (!member_->is_usable()) return unusable(member_.get());
    if (member_->was_removed()) return detail::slot::removed(member_->name());
    if (wait.stop_requested()) return Errc::stopped;
    return Failure(Errc::timed_out, "no receiver attached to '" + member_->info().name +
                                        "' in time. Start one (`receiver --channel " + member_->info().name + "`)");
}

Waitable Sender::waitable() const {
    return detail::sync::WaitSource::waitable(usable().share());
}
int Sender::descriptor() const {
    return usable().descriptor();
}

SenderId Sender::id() const {
    return {usable().registry().my_id()};
}
ChannelInfo Sender::info() const {
    return usable().info();
}
ChannelState Sender::state() const {
    return usable().state();
}
std::string Sender::who_holds() const {
    return usable().who_holds();
}

detail::queue::Member& Sender::usable() const {
    if (!is_usable(member_)) throw Error(unusable(member_.get()));
    return *member_;
}

}  // namespace handoff
