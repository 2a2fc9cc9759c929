#include "cli/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace handoff::apps {

namespace {
constexpr unsigned precision_bits = 7;
constexpr std::uint64_t per_octave = std::uint64_t{1} << precision_bits;
constexpr std::size_t bucket_count = (64 - precision_bits + 1) * per_octave;
}  // namespace

Histogram::Histogram() : buckets_(bucket_count) {}

std::size_t Histogram::bucket_of(std::uint64_t value) noexcept {
    if (value < 2 * per_octave) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - precision_bits - 1;
    return static_cast<std::size_t>(shift * per_octave + (value >> shift));
}

std::uint64_t Histogram::highest_in(std::size_t bucket) noexcept {
    if (bucket < 2 * per_octave) return bucket;
    const std::uint64_t shift = bucket / per_octave - 1;
    const std::uint64_t leading = bucket - shift * per_octave;
    return ((leading + 1) << shift) - 1;
}

void Histogram::add(std::uint64_t value) {
    ++buckets_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
}

void Histogram::add(const Histogram& other) {
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) buckets_[bucket] += other.buckets_[bucket];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::percentile(double percent) const noexcept {
    const double wanted = std::ceil(std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(count_));
    const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen >= rank) return std::min(highest_in(bucket), max_);
    }
    return max_;
}

}  // namespace handoff::apps
