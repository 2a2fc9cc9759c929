// A histogram of durations in a fixed number of buckets that any process may read.
//
// Log-linear, as HdrHistogram: bucket 0 holds durations below 128 ns; above that every power of two has four, up to
// seven minutes. 1 KiB, on lines that only its owner writes.
//
// Thread safety: as Counter. Ordering: relaxed; it is for people.
// Death: the counts stay as they are.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sync/counter.hpp"

namespace handoff::detail::sync {

class LatencyHistogram {
public:
    static constexpr std::size_t bucket_count = 128;

    static constexpr std::size_t bucket_of(std::uint64_t ns) noexcept {
        if (ns < first_bound) return 0;
        const auto power = static_cast<std::size_t>(std::bit_width(ns)) - 1;
        const std::size_t bucket = 1 + (power - first_power) * 4 + (ns >> (power - 2) & 3);
        return bucket < bucket_count ? bucket : bucket_count - 1;
    }
    /// The smallest value in the bucket; for the bucket after the last, the end of the last.
    static constexpr std::uint64_t lower_bound(std::size_t bucket) noexcept {
        if (bucket == 0) return 0;
        const std::size_t power = first_power + (bucket - 1) / 4;
        return std::uint64_t{4 + (bucket - 1) % 4} << (power - 2);
    }

    /// A negative duration (another core's clock) counts as 0.
    void add(std::int64_t ns) noexcept { add(ns, platform::has_one_thread()); }
    /// The same; `alone`: as for Counter.
    void add(std::int64_t ns, bool alone) noexcept {
        counts_[bucket_of(ns > 0 ? static_cast<std::uint64_t>(ns) : 0)].add(1, alone);
    }
    void clear() noexcept {
        for (Counter& count : counts_) count.set(0);
    }
    /// REQUIRES: bucket < bucket_count
    std::uint64_t count_in(std::size_t bucket) const noexcept { return counts_[bucket].load(); }

private:
    static constexpr std::size_t first_power = 7;
    static constexpr std::uint64_t first_bound = std::uint64_t{1} << first_power;

    std::array<Counter, bucket_count> counts_;
};

}  // namespace handoff::detail::sync
