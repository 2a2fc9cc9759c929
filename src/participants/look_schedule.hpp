// When to look after the dead: once a tick and segment, whoever calls, however busy they are.
//
// A word in the segment says when somebody looked last. A look is due when that is a tick ago by the caller's clock, or
// when the word has not moved for a whole tick of the caller's: the first keeps a crowd to one look a tick, the second
// bounds recovery to two ticks whatever stands in the word (another clock's time, after a change of time namespaces, or
// anything that a hostile process wrote). The look belongs to the one whose exchange moved the word. Model:
// models/looked.pml.
//
// The kernel walks a list of all locks to say who holds one: a look costs with the square of the crowd, 10 ms among a
// thousand. So above 256 participants the tick of the looks, by both rules, grows with the crowd: n/256 ticks, four at
// most, whatever stands in the header.
//
// Who sleeps looks whenever it wakes up. With up to four participants that is every tick; in a crowd each sleeps
// longer, so that somebody wakes up every 25 ms on average however many there are, one second at most (two among a
// thousand: some 600 awakenings a second are enough), and no two in step.
//
// Thread safety: any number of threads and processes.
// Death: who dies between moving the word and looking delays the next look by two ticks at most.
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
    /// Both lie in the segment. `looked`: CLOCK_MONOTONIC of the last look, in nanoseconds; `crowd`: how many
    /// participants it found.
    LookSchedule(sync::SharedWord& looked, std::atomic<std::uint32_t>& crowd) noexcept
        : looked_(looked), crowd_(crowd) {}

    /// For a newcomer. Among few it always looks, so that a program that is started again finds everything given back.
    bool claim_to_join(std::int64_t now_ns) noexcept {
        constexpr std::uint32_t few = 16;
        return crowd_.load(std::memory_order_relaxed) <= few || claim(now_ns);
    }

    /// How long participant number `me` sleeps before it asks claim() again.
    std::int64_t interval_ns(std::uint32_t me) const noexcept {
        // Relaxed: a hint. Old or written by somebody hostile, it makes one sleep two seconds long at most.
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
    /// For whoever looks: how many participants there are.
    void set_crowd(std::uint32_t crowd) noexcept { crowd_.store(crowd, std::memory_order_relaxed); }

    /// How far apart looks lie.
    static constexpr std::int64_t look_interval_ns(std::uint32_t crowd, std::int64_t tick_ns) noexcept {
        constexpr std::uint32_t each_tick = 256, most_ticks = 4;
        return tick_ns * std::clamp(crowd, each_tick, each_tick * most_ticks) / each_tick;
    }

    /// True if a look is due and the caller's: it must look now, and nothing may keep it from that. Costs two loads
    /// where nothing is due. `now_ns` may be coarse.
    bool claim(std::int64_t now_ns) noexcept {
        const std::uint64_t word = looked_.load();
        if (!is_due(word, now_ns)) return false;
        std::uint64_t moved = static_cast<std::uint64_t>(now_ns);
        if (moved == word) ++moved;                                // others have to see it move
        if (!looked_.compare_exchange(word, moved)) return false;  // somebody else looks
        remember(moved, now_ns);
        return true;
    }

private:
    bool is_due(std::uint64_t word, std::int64_t now_ns) noexcept {
        const std::int64_t apart_ns = look_interval_ns(crowd_.load(std::memory_order_relaxed), sync::tick_ns);
        if (platform::difference_ns(now_ns, static_cast<std::int64_t>(word)) >= apart_ns) return true;
        if (word == seen_.load(std::memory_order_relaxed))
            return now_ns - since_ns_.load(std::memory_order_relaxed) >= apart_ns;
        remember(word, now_ns);
        return false;
    }
    void remember(std::uint64_t word, std::int64_t now_ns) noexcept {
        since_ns_.store(now_ns, std::memory_order_relaxed);
        seen_.store(word, std::memory_order_relaxed);
    }

    sync::SharedWord& looked_;
    std::atomic<std::uint32_t>& crowd_;
    // What threads of this process saw. Relaxed: who reads a pair that does not belong together looks once too early,
    // or a tick later than it could.
    std::atomic<std::uint64_t> seen_{0};
    std::atomic<std::int64_t> since_ns_{0};
};

}  // namespace handoff::detail::participants
