// Percentiles in shared memory: log-linear as HDR histograms are, at most 0.4 % above the true value.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace bench {

/// Of picoseconds, up to 70 s. Thread safety: one writer; read after it has ended.
class Histogram {
public:
    void add(std::uint64_t value, std::uint64_t times = 1) noexcept {
        value = std::min(value, largest);
        counts_[bucket_of(value)] += times;
        count_ += times;
        max_ = std::max(max_, value);
    }
    void add(const Histogram& other) noexcept {
        for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) counts_[bucket] += other.counts_[bucket];
        count_ += other.count_;
        max_ = std::max(max_, other.max_);
    }

    std::uint64_t count() const noexcept { return count_; }
    std::uint64_t max() const noexcept { return max_; }
    /// The value that `percent` of all values do not exceed; 0 if empty.
    std::uint64_t percentile(double percent) const noexcept {
        const double wanted = std::ceil(std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(count_) - 1e-9);
        const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
        std::uint64_t seen = 0;
        for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
            seen += counts_[bucket];
            if (seen >= rank) return std::min(highest_in(bucket), max_);
        }
        return max_;
    }

private:
    static constexpr unsigned precision_bits = 8, value_bits = 46;
    static constexpr std::uint64_t per_octave = std::uint64_t{1} << precision_bits;
    static constexpr std::uint64_t largest = (std::uint64_t{1} << value_bits) - 1;

    static std::size_t bucket_of(std::uint64_t value) noexcept {
        if (value < 2 * per_octave) return static_cast<std::size_t>(value);
        const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - precision_bits - 1;
        return static_cast<std::size_t>(shift * per_octave + (value >> shift));
    }
    static std::uint64_t highest_in(std::size_t bucket) noexcept {
        if (bucket < 2 * per_octave) return bucket;
        const std::uint64_t shift = bucket / per_octave - 1;
        return ((bucket - shift * per_octave + 1) << shift) - 1;
    }

    std::array<std::uint64_t, (value_bits - precision_bits + 1) * per_octave> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace bench
