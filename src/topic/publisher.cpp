#include <handoff/topic.hpp>

#include <utility>

#include "platform/clock.hpp"
#include "slot/fill.hpp"
#include "topic/open_topic.hpp"

namespace handoff {

using detail::participants::Role;
using detail::slot::unusable;

Publisher::Publisher(std::string_view name, const TopicShape& shape, const HandleOptions& handle)
    : member_(detail::slot::lend(detail::topic::open_topic(
          name, shape, handle, {Role::publisher, Role::publisher, handle.wait, 0, false, false, handle.timestamps}))) {}
Publisher::Publisher(std::string_view name, const HandleOptions& handle) : Publisher(name, TopicShape{}, handle) {}
Publisher::Publisher(Publisher&&) noexcept = default;
Publisher& Publisher::operator=(Publisher&&) noexcept = default;
Publisher::~Publisher() = default;

result<Loan> Publisher::loan() {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    const std::int64_t now_ns = detail::platform::now_coarse_ns();
    auto held = member_->broadcast().loan(member_->me());
    if (member_->look_if_due(now_ns) && !held) held = member_->broadcast().loan(member_->me());
    if (!member_->is_usable()) return unusable(member_.get());
    if (!held && member_->was_removed()) return detail::slot::removed(member_->name());
    if (!held)
        return Failure(Errc::full, "every spare slot of '" + member_->name() + "' is loaned: " +
                                       member_->who_has_loans() + ". Create the topic with more loans");
    // The start of the loan, for people; publish() replaces it. Relaxed: no decision depends on it.
    member_->slots()[held->slot].sent_ns.store(now_ns, std::memory_order_relaxed);
    Loan loan;
    loan.lender_ = detail::slot::LenderPtr<detail::slot::Lender>(*member_);
    loan.open(*held, member_->slots().payload_area(held->slot));
    return loan;
}

result<std::uint64_t> Publisher::publish(Loan loan) {
    if (member_ == nullptr || loan.lender_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    if (loan.lender_.get() != member_.get())
        return Failure(Errc::invalid_argument, "the loan is of another Publisher: publish it there");
    auto& slot = member_->slots()[loan.slot_];
    constexpr auto relaxed = std::memory_order_relaxed;  // made visible by the exchange in Broadcast::publish()
    slot.sender.store(member_->registry().my_id(), relaxed);
    slot.payload.set(loan.size_, loan.image_.is_described());
    const std::int64_t now_ns = member_->stamp_ns();
    slot.sent_ns.store(now_ns, relaxed);
    if (loan.image_.is_described()) slot.image = loan.image();
    const auto position = member_->broadcast().publish({loan.slot_, loan.word_});
    if (!member_->is_usable()) return unusable(member_.get());  // written into a truncated file
    if (!position) return position.error();
    loan.lender_.reset();
    member_->count_published(loan.size_, now_ns);
    return *position - member_->broadcast().first() + 1;
}

result<std::uint64_t> Publisher::publish(std::span<const std::byte> message) {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    if (const std::size_t capacity = member_->geometry().payload_bytes; message.size() > capacity)
        return detail::slot::message_too_large(member_->name(), message.size(), capacity);
    auto loan = this->loan();
    if (!loan) return loan.error();
    detail::slot::fill(*loan, message);
    return publish(std::move(*loan));
}

result<void> Publisher::wait_for_subscriber(const Wait& wait) {
    if (member_ == nullptr || !member_->is_usable()) return unusable(member_.get());
    const auto arrived = [&] { return member_->registry().has_living(Role::subscriber); };
    if (member_->wait(member_->arrived(), wait, arrived)) return success();
    if (!member_->is_usable()) return unusable(member_.get());
    if (member_->was_removed()) return detail::slot::removed(member_->name());
    if (wait.stop_requested()) return Errc::stopped;
    return Failure(Errc::timed_out, "no subscriber attached to '" + member_->name() + "' in time");
}

TopicInfo Publisher::info() const {
    return detail::topic::info_of(usable());
}
TopicState Publisher::state() const {
    return detail::topic::state_of(usable());
}

detail::broadcast::Member& Publisher::usable() const {
    if (member_ == nullptr || !member_->is_usable()) throw Error(unusable(member_.get()));
    return *member_;
}

}  // namespace handoff
