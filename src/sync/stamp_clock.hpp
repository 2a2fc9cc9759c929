// CLOCK_MONOTONIC for time stamps, read from the cycle counter.
//
//     now = cycles * scale / 2^32 + offset
//
// Both words are in the segment, so that all participants stamp alike: a duration between two of them has no error of
// two different scales. The scale is set once, by the first participant that has compared counter and clock over a fifth
// of a second; the offset is set anew by whoever finds it wrong. Each handle compares with the clock once in a tick of
// use, and reads the clock itself where the words do not give a time within a tick of its last comparison: before there
// is a scale, after a pause of this handle, after a suspend, and with words that a hostile process wrote. So a stamp is
// wrong by the error of the scale over one tick (some 0.1 us), for a tick after the counter itself jumped (a migrated
// virtual machine) by that jump, and by a tick at most whatever the words hold.
//
// For people and for hints: no deadline is read from it.
// Thread safety: any number of threads and processes. Ordering: relaxed; a word is read in one piece, and one that is
//   older or newer than the other is a wrong time, as above.
// Death: each word changes by one store. One that compared and died before it, leaves it to the next.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "platform/clock.hpp"
#include "platform/cycle_counter.hpp"
#include "sync/stamp_scale.hpp"
#include "sync/tick.hpp"

namespace handoff::detail::sync {

/// The counter and the clock of this machine.
struct MachineTime {
    static bool is_steady() noexcept { return platform::has_steady_cycles(); }
    static std::uint64_t cycles() noexcept { return platform::cycles(); }
    static std::int64_t clock_ns() noexcept { return platform::now_ns(); }
};

template <class Time = MachineTime>
class StampClock {
public:
    explicit StampClock(StampScale& scale) noexcept : scale_(scale), steady_(Time::is_steady()) {
        if (!steady_) return;
        first_ = read_both();
        next_try_ns_.store(first_.ns + long_enough_ns, std::memory_order_relaxed);
    }

    /// CLOCK_MONOTONIC, as exact as the header of this file says.
    std::int64_t now_ns() noexcept {
        if (!steady_) return Time::clock_ns();
        const std::uint64_t cycles = Time::cycles();
        const std::int64_t now_ns = time_of(cycles);
        const auto passed_ns =
            static_cast<std::uint64_t>(platform::difference_ns(now_ns, checked_ns_.load(std::memory_order_relaxed)));
        const std::uint64_t passed = cycles - checked_cycles_.load(std::memory_order_relaxed);
        return passed_ns < static_cast<std::uint64_t>(tick_ns) && passed < most_cycles ? now_ns : check();
    }

private:
    static constexpr std::int64_t long_enough_ns = 200'000'000;
    static constexpr std::int64_t tolerance_ns = 100;
    static constexpr std::int64_t most_apart_ns = 500;                    ///< of a comparison that sets the scale
    static constexpr std::uint64_t most_cycles = std::uint64_t{1} << 28;  ///< without a comparison: about a tick

    /// Counter and clock at one moment; the counter went on by `apart` while the clock was read.
    struct Both {
        std::uint64_t cycles = 0;
        std::uint64_t apart = 0;
        std::int64_t ns = 0;
    };
    static Both read_both() noexcept {
        Both best;
        for (int attempt = 0; attempt < 3; ++attempt) {
            const std::uint64_t before = Time::cycles();
            const std::int64_t ns = Time::clock_ns();
            const std::uint64_t apart = Time::cycles() - before;
            if (attempt == 0 || apart < best.apart) best = {before + apart / 2, apart, ns};
        }
        return best;
    }
    /// The product shifted by 32 bits, modulo 2^64.
    static std::int64_t scaled(std::uint64_t cycles, std::uint64_t ns_per_cycle) noexcept {
        constexpr std::uint64_t low = 0xffffffff;
        return static_cast<std::int64_t>((cycles >> 32) * ns_per_cycle + (cycles & low) * (ns_per_cycle >> 32) +
                                         ((cycles & low) * (ns_per_cycle & low) >> 32));
    }
    std::int64_t time_of(std::uint64_t cycles) const noexcept {
        const auto ns = static_cast<std::uint64_t>(scaled(cycles, scale_.ns_per_cycle.load(std::memory_order_relaxed)));
        return static_cast<std::int64_t>(ns +
                                         static_cast<std::uint64_t>(scale_.offset_ns.load(std::memory_order_relaxed)));
    }

    [[gnu::noinline]] std::int64_t check() noexcept {
        if (scale_.ns_per_cycle.load(std::memory_order_relaxed) == 0) {
            const std::int64_t now_ns = Time::clock_ns();
            if (now_ns < next_try_ns_.load(std::memory_order_relaxed)) return now_ns;
            next_try_ns_.store(now_ns + long_enough_ns, std::memory_order_relaxed);
        }
        const Both both = read_both();
        set_scale(both);
        const std::uint64_t scale = scale_.ns_per_cycle.load(std::memory_order_relaxed);
        const std::int64_t wrong_by_ns = platform::difference_ns(both.ns, time_of(both.cycles));
        const std::int64_t tolerated_ns = tolerance_ns + scaled(both.apart, scale);
        if (scale != 0 && (wrong_by_ns > tolerated_ns || wrong_by_ns < -tolerated_ns))
            scale_.offset_ns.store(platform::difference_ns(both.ns, scaled(both.cycles, scale)),
                                   std::memory_order_relaxed);
        checked_ns_.store(both.ns, std::memory_order_relaxed);
        checked_cycles_.store(both.cycles, std::memory_order_relaxed);
        return both.ns;
    }

    /// Unless there is one, or the comparison was interrupted.
    void set_scale(const Both& now) noexcept {
        if (scale_.ns_per_cycle.load(std::memory_order_relaxed) != 0) return;
        const std::int64_t passed_ns = now.ns - first_.ns;
        const std::uint64_t passed = now.cycles - first_.cycles;
        constexpr double one = 4294967296.0;
        const double ns_per_each = static_cast<double>(passed_ns) / static_cast<double>(passed);
        if (!(ns_per_each > 0.01 && ns_per_each < 100)) return;  // 10 MHz to 100 GHz
        const auto ns_per_cycle = static_cast<std::uint64_t>(ns_per_each * one);
        if (scaled(std::max(now.apart, first_.apart), ns_per_cycle) > most_apart_ns) return;
        std::uint64_t none = 0;
        scale_.ns_per_cycle.compare_exchange_strong(none, ns_per_cycle, std::memory_order_relaxed);
    }

    StampScale& scale_;
    const bool steady_;
    Both first_;
    std::atomic<std::int64_t> next_try_ns_{0};  ///< while there is no scale
    // When this handle compared last:
    std::atomic<std::int64_t> checked_ns_{INT64_MIN};
    std::atomic<std::uint64_t> checked_cycles_{0};
};

}  // namespace handoff::detail::sync
