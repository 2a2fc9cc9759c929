// One participant of a topic or latest value: the mapped segment, its place in the table, the broadcast protocol.
//
// Thread safety: all members but constructor and destructor may be called by several threads.
// Read-only: a member that maps without write access takes no place in the table and holds nothing. A wait polls once a
// millisecond, because it cannot announce that it sleeps.
#pragma once

#include <handoff/options.hpp>

#include <cstdint>
#include <string>

#include "broadcast/broadcast.hpp"
#include "participants/attachment.hpp"
#include "participants/stream_end.hpp"
#include "platform/clock.hpp"
#include "slot/lender.hpp"

namespace handoff::detail::broadcast {

/// Places control, cells, entries and slots into zeroed memory. The geometry's settings are BroadcastSettings.
void place(std::byte* base, const segment::Geometry& geometry);

class Member final : public slot::Lender, private participants::RecoveryHandler {
public:
    struct Options {
        participants::Role role;
        participants::Role source;  ///< the role whose departure ends the stream
        WaitPolicy wait;
        std::uint32_t pins;  ///< to reserve out of the budget
        bool read_only;
        bool skips_kept = false;  ///< the messages kept at joining are not for it
        Timestamps timestamps = Timestamps::exact;
    };
    /// Joins, unless read-only. Throws Error: too_many_participants (also: the pin budget is spent), system.
    Member(segment::Segment segment, const Options& options);
    /// Gives everything back and leaves; removes the name if it was the last. In a child of fork: does nothing.
    ~Member() override;

    /// What is received is given out from a read-only mapping of its own. Before any other thread knows this. Throws
    /// Error(no_space). REQUIRES: not read-only
    void protect_payloads(bool prefault) {
        attachment_.add_read_only_mapping(prefault);
        slots_.receive_from(attachment_.segment().read_only_base());
    }

    bool is_usable() const noexcept override { return attachment_.is_usable(); }
    bool is_of_this_process() const noexcept { return attachment_.is_of_this_process(); }
    bool was_cut_short() const noexcept override { return attachment_.was_cut_short(); }
    /// Its name was removed while it was in use. Checks once in a tick at most.
    bool was_removed() noexcept { return attachment_.was_removed(); }
    const std::string& name() const noexcept override { return attachment_.name(); }
    void take_back(const Held& loan) noexcept override;

    const Slots& slots() const noexcept { return slots_; }
    const Broadcast& broadcast() const noexcept { return broadcast_; }
    const sync::Condition& published() const noexcept { return published_; }
    const sync::Condition& arrived() const noexcept { return arrived_; }
    const BroadcastSettings& settings() const noexcept { return settings_; }
    const segment::Segment& segment() const noexcept { return attachment_.segment(); }
    const segment::Geometry& geometry() const noexcept { return attachment_.geometry(); }
    const participants::Registry& registry() const noexcept { return attachment_.registry(); }
    /// REQUIRES: not read-only.
    participants::ParticipantEntry& my_entry() const noexcept { return attachment_.my_entry(); }
    /// REQUIRES: not read-only.
    std::int64_t stamp_ns() noexcept {
        return options_.timestamps == Timestamps::exact ? attachment_.stamps().now_ns() : platform::now_coarse_ns();
    }
    /// Counts a message that was taken: its size, what was overwritten before it, and its age if this handle's times
    /// are exact. Recovers the dead if that is due.
    void count_taken(std::uint64_t bytes, std::uint64_t lost, std::int64_t sent_ns) noexcept {
        if (is_read_only()) return;
        auto& mine = my_entry();
        const std::int64_t now_ns = stamp_ns();
        {
            const sync::SoleThread::Use use(sole_thread());
            mine.counters.messages.add(1, use.alone());
            mine.counters.bytes.add(bytes, use.alone());
            if (lost != 0) mine.counters.lost.add(lost, use.alone());
            if (options_.timestamps == Timestamps::exact)
                mine.delay.add(platform::difference_ns(now_ns, sent_ns), use.alone());
        }
        look_if_due(now_ns);
    }
    /// Counts a message published at `now_ns`. Recovers the dead if that is due.
    void count_published(std::uint64_t bytes, std::int64_t now_ns) noexcept {
        auto& counters = my_entry().counters;
        {
            const sync::SoleThread::Use use(sole_thread());
            counters.messages.add(1, use.alone());
            counters.bytes.add(bytes, use.alone());
        }
        look_if_due(now_ns);
    }
    std::uint32_t me() const noexcept { return attachment_.registry().me(); }
    bool is_read_only() const noexcept { return options_.read_only; }
    /// The position of the newest message just before this participant became visible.
    std::uint64_t newest_at_join() const noexcept { return newest_at_join_; }

    bool reap() noexcept { return !is_read_only() && attachment_.reap(); }
    /// The same, unless a participant did it less than a tick ago. Every call does this, also if it succeeds at once.
    bool look_if_due(std::int64_t now_ns) noexcept { return !is_read_only() && attachment_.look_if_due(now_ns); }
    bool look_if_due() noexcept { return look_if_due(platform::now_coarse_ns()); }
    /// The longest sleep before the next check for the dead. REQUIRES: not read-only
    std::int64_t interval_ns() const noexcept { return attachment_.interval_ns(); }
    template <class Predicate>
    bool wait(const sync::Condition& condition, const Wait& until, Predicate&& predicate) {
        return wait(condition, until, predicate, predicate);
    }
    /// The same with a cheaper fast_check() while it spins. At a calm rate: no publisher waits for this reader.
    template <class Predicate, class FastCheck>
    bool wait(const sync::Condition& condition, const Wait& until, Predicate&& predicate, FastCheck&& fast_check) {
        if (!is_read_only()) return attachment_.wait(condition, until, {sync::PollRate::calm}, predicate, fast_check);
        bool over = false;  // nothing can come any more
        const auto done = [&] { return predicate() || (over = was_cut_short() || was_removed()); };
        return sync::poll_until(attachment_.spin_budget(), until, done) && !over && !was_cut_short();
    }
    /// Every source that was attached has left; `something_unread()` checks once more. True once each time that
    /// happens.
    template <class Look>
    bool stream_has_ended(Look&& something_unread) noexcept {
        return stream_end_.has_ended(std::forward<Look>(something_unread));
    }
    /// The same without reporting it.
    template <class Look>
    bool stream_would_end(Look&& something_unread) const noexcept {
        return stream_end_.would_end(std::forward<Look>(something_unread));
    }
    /// "1 slot on loan to writer (pid 7)" for every participant that holds a loan.
    std::string who_has_loans() const;

private:
    void recover(std::uint32_t index, participants::Role role) override;
    void on_departure() override;
    void reserve_pins();
    std::uint64_t reserved_by_all() const noexcept;

    Options options_;
    participants::Attachment attachment_;
    Slots slots_;
    BroadcastControl& control_;
    BroadcastSettings settings_;
    sync::Condition published_;
    sync::Condition arrived_;
    Broadcast broadcast_;
    participants::StreamEnd stream_end_;
    std::uint64_t newest_at_join_ = 0;
};

}  // namespace handoff::detail::broadcast
