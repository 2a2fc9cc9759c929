// One participant of a channel: the mapped segment, its place in the table, and the protocol on the slots.
//
// Shared by a Sender or Receiver and all objects obtained from it; the last of them leaves the channel.
#pragma once

#include <handoff/channel.hpp>

#include <atomic>
#include <cstdint>
#include <string>

#include "participants/attachment.hpp"
#include "participants/stream_end.hpp"
#include "platform/clock.hpp"
#include "queue/queue_layout.hpp"
#include "queue/slot_protocol.hpp"
#include "slot/lender.hpp"
#include "slot/slots.hpp"
#include "sync/backoff.hpp"
#include "sync/counter.hpp"
#include "sync/wait_source.hpp"

namespace handoff::detail::queue {

class Member final : public slot::Lender, public sync::WaitSource, private participants::RecoveryHandler {
public:
    /// Opens and joins. Throws Error: see Sender::Sender.
    Member(segment::Segment segment, const HandleOptions& handle, participants::Role role);
    /// Gives everything back and leaves; removes the name if it was the last. In a child of fork: does nothing.
    ~Member() override;

    /// What is received is given out from a read-only mapping of its own. Before any other thread knows this. Throws
    /// Error(no_space).
    void protect_payloads(bool prefault) {
        attachment_.add_read_only_mapping(prefault);
        slots_.receive_from(attachment_.segment().read_only_base());
    }

    [[gnu::always_inline]] bool is_usable() const noexcept override { return attachment_.is_usable(); }
    bool is_of_this_process() const noexcept { return attachment_.is_of_this_process(); }
    bool was_cut_short() const noexcept override { return attachment_.was_cut_short(); }
    /// Its name was removed while it was in use. Checks once in a tick at most.
    bool was_removed() noexcept { return attachment_.was_removed(); }
    const std::string& name() const noexcept override { return attachment_.name(); }
    void take_back(const Held& loan) noexcept override { protocol_.return_loan(loan); }

    // For wait_any() and descriptors; a Receiver waits for requests, a Sender for a free slot:
    bool can_be_waited_for() const noexcept override { return is_of_this_process(); }
    bool has_something() noexcept override {
        if (was_cut_short() || was_removed()) return true;
        if (role_ == participants::Role::sender) return protocol_.was_free();
        return protocol_.was_ready() || stream_end_.would_end([this] { return may_still_come(); });
    }
    sync::FutexCondition* condition() noexcept override {
        if (settings_.boost) return nullptr;
        return role_ == participants::Role::sender ? &control_.freed_to_watch : &control_.ready_to_watch;
    }
    bool tick(std::int64_t now_ns) noexcept override { return look_if_due(now_ns); }
    std::int64_t interval_ns() const noexcept override { return attachment_.interval_ns(); }

    const slot::Slots& slots() const noexcept { return slots_; }
    const SlotProtocol& protocol() const noexcept { return protocol_; }
    ChannelControl& control() const noexcept { return control_; }
    const participants::Registry& registry() const noexcept { return attachment_.registry(); }
    participants::ParticipantEntry& my_entry() const noexcept { return attachment_.my_entry(); }
    const Settings& settings() const noexcept { return settings_; }

    /// Itself as something to wait for; may be kept beyond the last LenderPtr.
    std::shared_ptr<Member> share() const noexcept { return std::static_pointer_cast<Member>(self()); }

    // Within a Use of sole_thread() that says `alone`; what people read, and the times of those handles whose times are
    // exact:
    std::uint64_t next_sequence(bool alone) noexcept { return sequence_.add(1, alone) + 1; }
    /// A message was sent; counts its loan off, too.
    void count_sent(std::uint64_t bytes, bool alone) noexcept {
        count_message(bytes, alone);
        let_go(alone);
    }
    /// A message was taken; counts its Request on, too.
    void count_taken(std::uint64_t bytes, std::int64_t sent_ns, std::int64_t now_ns, bool alone) noexcept {
        count_message(bytes, alone);
        hold(1, alone);
        measure(my_entry().delay, sent_ns, now_ns, alone);
    }
    void count_finished(bool ok, bool alone) noexcept {
        my_entry().counters.finished.add(1, alone);
        if (!ok) my_entry().counters.failed.add(1, alone);
    }
    /// Only an answer that is awaited has a time.
    void count_work(std::int64_t taken_ns, std::int64_t now_ns, bool alone) noexcept {
        measure(my_entry().work, taken_ns, now_ns, alone);
    }
    /// Only an answer that says `processed` has a time.
    void count_answered(bool ok, std::int64_t sent_ns, std::int64_t answered_ns) noexcept {
        const sync::SoleThread::Use use(sole_thread());
        count_finished(ok, use.alone());
        if (ok) measure(my_entry().delay, sent_ns, answered_ns, use.alone());
    }
    /// Recovers the dead; true if there were any.
    bool reap() noexcept { return attachment_.reap(); }
    /// The same, unless a participant did it less than a tick ago. Every call does this, also if it succeeds at once.
    bool look_if_due(std::int64_t now_ns) noexcept { return attachment_.look_if_due(now_ns); }
    bool look_if_due() noexcept { return attachment_.look_if_due(); }
    /// Waits on one of the channel's conditions. False: the deadline passed, or a stop was requested. The dead are
    /// recovered at every tick.
    template <class Predicate>
    bool wait(const sync::Condition& condition, const Wait& until, Predicate&& predicate) {
        return attachment_.wait(condition, until, std::forward<Predicate>(predicate));
    }
    /// Waits for a message or a free slot, and takes it. One waiter is woken for each message or slot.
    template <class Predicate, class FastCheck>
    bool wait_to_take(const sync::Condition& condition, const Wait& until, sync::PollRate poll_rate,
                      Predicate&& predicate, FastCheck&& fast_check) {
        return attachment_.wait(condition, until, {poll_rate, slots_.count()}, predicate, fast_check);
    }
    /// Waits for an answer at the rate of past answers, if the policy spins at all. True if it arrived.
    template <class Predicate>
    bool spin_for_answer(Predicate&& predicate) {
        return attachment_.spin_budget().policy() != WaitPolicy::sleep && platform::cores() > 1 &&
               backoff_.wait(predicate);
    }
    /// Exact, or coarse at a fraction of the cost, as the handle was opened.
    std::int64_t stamp_ns() noexcept { return exact_ ? attachment_.stamps().now_ns() : platform::now_coarse_ns(); }
    /// The poll rate of the wait for the next request: it depends on whether the last one was awaited by its sender.
    sync::PollRate poll_rate() const noexcept {
        return calm_.load(std::memory_order_relaxed) ? sync::PollRate::calm : sync::PollRate::eager;
    }
    void took(bool awaited) noexcept { calm_.store(!awaited, std::memory_order_relaxed); }

    /// Every sender that was attached has left, and nothing can come any more. True once each time that happens.
    bool stream_has_ended() noexcept {
        return stream_end_.has_ended([this] { return may_still_come(); });
    }

    /// The capacity of a message in bytes.
    std::size_t capacity() const noexcept { return attachment_.geometry().payload_bytes; }
    ChannelInfo info() const;
    ChannelState state() const;
    std::string who_holds() const;
    /// "taken by detector (pid 812) 0.3 s ago", "unread for 2.0 s": the state of one slot.
    std::string describe(std::uint32_t slot) const;
    /// A message is unread or held.
    bool holds_messages() const noexcept;
    /// A message is unread, or held by a receiver that is not itself waiting for one.
    bool may_still_come() const noexcept;
    /// Messages that were sent and not taken.
    std::uint32_t unread() const noexcept;

private:
    void recover(std::uint32_t index, participants::Role role) override;
    void on_departure() override;
    void count_message(std::uint64_t bytes, bool alone) noexcept {
        my_entry().counters.messages.add(1, alone);
        my_entry().counters.bytes.add(bytes, alone);
    }
    void measure(sync::LatencyHistogram& histogram, std::int64_t from_ns, std::int64_t to_ns, bool alone) noexcept {
        if (exact_) histogram.add(platform::difference_ns(to_ns, from_ns), alone);
    }

    participants::Attachment attachment_;
    slot::Slots slots_;
    ChannelControl& control_;
    Settings settings_;
    SlotProtocol protocol_;
    sync::Counter sequence_;
    sync::Backoff backoff_;
    std::atomic<bool> calm_{false};
    bool exact_;
    participants::Role role_;
    participants::StreamEnd stream_end_;
};

/// What every call of a handle asks first, and once more where it relies on what it read from the segment.
[[gnu::always_inline]] inline bool is_usable(const slot::LenderPtr<Member>& member) noexcept {
    return member != nullptr && member->is_usable();
}

}  // namespace handoff::detail::queue
