// When to check for the dead: once a tick and segment, by any caller, however busy the callers are.
//
// A word in the segment holds the time of the last check. A check is due when that is a tick ago by the caller's clock,
// or when the word has not changed for a whole tick of the caller's: the first limits a crowd to one check a tick, the
// second bounds recovery to two ticks whatever the word holds (another clock's time, after a change of time namespaces,
// or anything that a hostile process wrote). The caller whose exchange changed the word does the check. Model:
// models/looked.pml.
//
// The kernel walks a list of all locks to find the holder of one: the cost of a check is quadratic in the crowd, 10 ms
// among a thousand. So above 256 participants the tick of the checks, by both rules, grows with the crowd: n/256 ticks,
// four at most, whatever the header holds.
//
// A sleeper checks whenever it wakes up. With up to four participants that is every tick; in a crowd each sleeps
// longer, so that one wakes up every 25 ms on average whatever the number, one second at most (two among a thousand:
// some 600 wake-ups a second are enough), and no two in step.
//
// Thread safety: any number of threads and processes.
// Death: a death between changing the word and checking delays the next check by two ticks at most.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "platform/clock.hpp"
#include "sync/shared_word.hpp"
#include "sync/tick.hpp"

namespace handoff::detail::participants {

class LookSchedule {
public:
    /// Both are in the segment. `looked`: CLOCK_MONOTONIC of the last check, in nanoseconds; `crowd`: the number of
    /// participants it found.
    LookSchedule(sync::SharedWord& looked, std::atomic<std::uint32_t>& crowd) noexcept
        : looked_(looked), crowd_(crowd) {}

    /// For a new participant. Among few it always checks, so that a restarted program finds everything given back.
    bool claim_to_join(std::int64_t now_ns) noexcept {
        constexpr std::uint32_t few = 16;
        return crowd_.load(std::memory_order_relaxed) <= few || claim(now_ns);
    }

    /// How long participant number `me` sleeps before it calls claim() again.
    std::int64_t interval_ns(std::uint32_t me) const noexcept {
        // Relaxed: a hint. Old or written by a hostile process, it makes one sleep two seconds long at most.
        return interval_ns(me, crowd_.load(std::memory_order_relaxed), sync::tick_ns);
    }
    static constexpr std::int64_t interval_ns(std::uint32_t me, std::uint32_t crowd, std::int64_t tick_ns) noexcept {
        constexpr std::uint32_t each_tick = 4, enough_ticks = 10, enough_each_tick = 50, most_ticks = 20;
        if (crowd <= each_tick) return tick_ns;
        const std::int64_t longest_ns =
            std::max(tick_ns * std::min(crowd, each_tick * enough_ticks) / each_tick,
                     tick_ns * std::min(crowd, enough_each_tick * most_ticks) / enough_each_tick);
        const std::int64_t own_ns = longest_ns / 4 * 3 + longest_ns / 4 * (me % crowd + 1) / crowd;
        return std::max(own_ns, tick_ns);
    }
    /// After a check: the number of participants.
    void set_crowd(std::uint32_t crowd) noexcept { crowd_.store(crowd, std::memory_order_relaxed); }

    /// The time between checks.
    static constexpr std::int64_t look_interval_ns(std::uint32_t crowd, std::int64_t tick_ns) noexcept {
        constexpr std::uint32_t each_tick = 256, most_ticks = 4;
        return tick_ns * std::clamp(crowd, each_tick, each_tick * most_ticks) / each_tick;
    }

    /// True if a check is due and the caller's: it must check now, and nothing may prevent it. Costs one load of this
    /// process's own if none can be due. `now_ns` may be coarse.
    bool claim(std::int64_t now_ns) noexcept {
        if (now_ns < not_before_ns_.load(std::memory_order_relaxed)) return false;
        return claim_now(now_ns);
    }

private:
    [[gnu::noinline]] bool claim_now(std::int64_t now_ns) noexcept {
        const std::uint64_t word = looked_.load();
        if (!is_due(word, now_ns)) return false;
        std::uint64_t moved = static_cast<std::uint64_t>(now_ns);
        if (moved == word) ++moved;                                // others must see it change
        if (!looked_.compare_exchange(word, moved)) return false;  // another one checks
        remember(moved, now_ns);
        return true;
    }

    bool is_due(std::uint64_t word, std::int64_t now_ns) noexcept {
        const std::int64_t apart_ns = look_interval_ns(crowd_.load(std::memory_order_relaxed), sync::tick_ns);
        const std::int64_t age_ns = platform::difference_ns(now_ns, static_cast<std::int64_t>(word));
        if (age_ns >= apart_ns) return true;
        if (word != seen_.load(std::memory_order_relaxed)) remember(word, now_ns);
        const std::int64_t seen_for_ns = now_ns - since_ns_.load(std::memory_order_relaxed);
        if (seen_for_ns >= apart_ns) return true;
        // By neither rule before this, whatever others write meanwhile.
        const std::int64_t left_ns = apart_ns - std::max(std::clamp(age_ns, std::int64_t{0}, apart_ns), seen_for_ns);
        not_before_ns_.store(now_ns + left_ns, std::memory_order_relaxed);
        return false;
    }
    void remember(std::uint64_t word, std::int64_t now_ns) noexcept {
        since_ns_.store(now_ns, std::memory_order_relaxed);
        seen_.store(word, std::memory_order_relaxed);
    }

    sync::SharedWord& looked_;
    std::atomic<std::uint32_t>& crowd_;
    // What threads of this process saw. Relaxed: a thread that reads a pair that does not belong together checks once
    // too early, or a tick later than it could.
    std::atomic<std::uint64_t> seen_{0};
    std::atomic<std::int64_t> since_ns_{0};
    std::atomic<std::int64_t> not_before_ns_{0};  ///< no check is due before
};

}  // namespace handoff::detail::participants
