#include <handoff/channel.hpp>

#include <string>
#include <utility>

#include "channel/member.hpp"
#include "platform/clock.hpp"

namespace handoff {

using channel::Held;
using channel::Withdrawal;

namespace {

Failure timed_out_waiting_for_slot(const channel::Member& member) {
    return {Errc::timed_out, "no slot of '" + member.info().name + "' became free in time: " + member.who_holds()};
}

}  // namespace

Sender::Sender(std::string_view name, const ChannelOptions& options)
    : member_(channel::open_member(name, options, participants::Role::sender)) {}
Sender::Sender(Sender&&) noexcept = default;
Sender& Sender::operator=(Sender&&) noexcept = default;
Sender::~Sender() = default;

result<Loan> Sender::try_loan() {
    if (member_ == nullptr || !member_->is_usable()) return channel::unusable(member_.get());
    auto held = member_->handover().loan();
    if (!held && member_->reap()) held = member_->handover().loan();
    if (!member_->is_usable()) return channel::unusable(member_.get());
    if (!held) return Errc::full;
    return Loan(member_, *held, member_->slots().payload_area(held->slot));
}

result<Loan> Sender::loan(Deadline deadline) {
    auto first = try_loan();
    if (first || !(first.error() == Errc::full)) return first;
    std::optional<Held> held;
    member_->wait(member_->control().freed, deadline, [&] { return (held = member_->handover().loan()).has_value(); });
    if (!member_->is_usable()) return channel::unusable(member_.get());
    if (held) return Loan(member_, *held, member_->slots().payload_area(held->slot));
    member_->my_entry().counters.timeouts.fetch_add(1, std::memory_order_relaxed);
    return timed_out_waiting_for_slot(*member_);
}

/// Fills the slot's description and commits it. Afterwards the loan is empty, and the slot is not ours any more.
result<std::uint64_t> Sender::commit(Loan& loan, bool awaited) {
    if (member_ == nullptr || loan.lender_ == nullptr || !member_->is_usable()) return channel::unusable(member_.get());
    if (loan.lender_ != member_) return Failure(Errc::invalid_argument, "the loan is of another Sender: send it there");
    auto& slot = member_->slots()[loan.slot_];
    const std::uint64_t sequence = member_->next_sequence();
    constexpr auto relaxed = std::memory_order_relaxed;  // published by the exchange in Handover::commit()
    slot.sender.store(member_->registry().my_id(), relaxed);
    slot.sequence.store(sequence, relaxed);
    slot.payload_bytes.store(loan.size_, relaxed);
    slot.reply_bytes.store(0, relaxed);
    slot.sent_ns.store(platform::now_ns(), relaxed);
    slot.image = loan.image_;
    const auto committed = member_->handover().commit({loan.slot_, loan.word_}, awaited);
    if (!member_->is_usable()) return channel::unusable(member_.get());  // sent into a file that is not there any more
    if (!committed) return committed.error();
    auto& counters = member_->my_entry().counters;
    counters.messages.fetch_add(1, relaxed);
    counters.bytes.fetch_add(loan.size_, relaxed);
    loan.lender_.reset();
    return sequence;
}

result<void> Sender::send(Loan loan) {
    auto sequence = commit(loan, false);
    if (!sequence) return sequence.error();
    return success();
}

result<Pending> Sender::request_async(Loan loan) {
    auto sequence = commit(loan, true);
    if (!sequence) return sequence.error();
    return Pending(member_, loan.slot_, *sequence);
}

result<Processed> Sender::request(Loan loan, Deadline deadline) {
    auto pending = request_async(std::move(loan));
    if (!pending) return pending.error();
    auto processed = pending->wait(deadline);
    if (processed || !(processed.error() == Errc::timed_out)) return processed;
    const std::string hands = member_->describe(pending->slot_);
    const auto name = "request " + std::to_string(pending->sequence()) + " on '" + member_->info().name + "'";
    switch (member_->handover().withdraw(pending->slot_, pending->sequence_)) {
        case Withdrawal::answered:
            return pending->wait(Deadline::now());
        case Withdrawal::taken_back:
            member_->my_entry().counters.returned.fetch_add(1, std::memory_order_relaxed);
            return Failure(Errc::timed_out, name + " was withdrawn: no receiver took it in time (" +
                                                std::to_string(member_->state().receivers) + " attached)");
        case Withdrawal::left_to_receiver:
            return Failure(Errc::timed_out, name + " was not processed in time: " + hands +
                                                ". It is left there; nobody waits for its answer any more");
        case Withdrawal::lost:
            break;
    }
    return Errc::ownership_lost;
}

result<void> Sender::wait_for_receiver(Deadline deadline) {
    if (member_ == nullptr || !member_->is_usable()) return channel::unusable(member_.get());
    const auto arrived = [&] { return member_->registry().has_living(participants::Role::receiver); };
    if (member_->wait(member_->control().arrived, deadline, arrived)) return success();
    if (!member_->is_usable()) return channel::unusable(member_.get());
    return Failure(Errc::timed_out, "no receiver attached to '" + member_->info().name +
                                        "' in time. Start one (`receiver --channel " + member_->info().name + "`)");
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

channel::Member& Sender::usable() const {
    if (member_ == nullptr || !member_->is_usable()) throw Error(channel::unusable(member_.get()));
    return *member_;
}

}  // namespace handoff
