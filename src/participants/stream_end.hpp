// The end of a stream: every source has left and nothing is left to read. Reported once each time that happens.
//
// Death: a source that dies counts as gone when it is recovered. The counter may count one departure twice (if
// the recovering process died half-way); that does no harm, because it is only compared.
#pragma once

#include <atomic>
#include <cstdint>

#include "participants/registry.hpp"
#include "sync/shared_word.hpp"

namespace handoff::detail::participants {

class StreamEnd {
public:
    /// `departures` is in the segment and grows by at least one whenever a participant of role `source` leaves or dies.
    StreamEnd(const sync::SharedWord& departures, const Registry& registry, Role source) noexcept
        : departures_(departures), registry_(registry), source_(source) {}

    /// At attach: a stream that ended before, leaving nothing, is not reported. `something_unread()` checks after the
    /// departures were read: a source that leaves something and departs in between is counted later.
    template <class Look>
    void begin(Look&& something_unread) noexcept {
        const std::uint64_t now = departures_.load();
        reported_.store(something_unread() ? now - 1 : now, std::memory_order_relaxed);
    }

    /// Call when nothing was found. `something_unread()` checks once more, after the sources were seen to be gone. Of
    /// several threads, one gets true.
    template <class Look>
    bool has_ended(Look&& something_unread) noexcept {
        std::uint64_t reported = reported_.load(std::memory_order_relaxed);
        const std::uint64_t now = departures_.load();
        if (now == reported || registry_.active(source_) > 0 || something_unread()) return false;
        return reported_.compare_exchange_strong(reported, now, std::memory_order_relaxed);
    }

    /// The same without reporting it.
    template <class Look>
    bool would_end(Look&& something_unread) const noexcept {
        return departures_.load() != reported_.load(std::memory_order_relaxed) && registry_.active(source_) == 0 &&
               !something_unread();
    }

private:
    const sync::SharedWord& departures_;
    const Registry& registry_;
    Role source_;
    std::atomic<std::uint64_t> reported_{0};
};

}  // namespace handoff::detail::participants
