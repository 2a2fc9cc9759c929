// The to_string() functions of <handoff/inspect.hpp>.
#include <handoff/inspect.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sync/latency_histogram.hpp"

namespace handoff::inspect {

const char* to_string(Kind kind) noexcept {
    constexpr const char* words[]{"unknown", "channel", "topic", "latest"};
    return words[kind <= Kind::latest ? static_cast<std::size_t>(kind) : 0];
}

const char* to_string(Role role) noexcept {
    constexpr const char* words[]{"none", "sender", "receiver", "publisher", "subscriber", "writer"};
    return role <= Role::writer ? words[static_cast<std::size_t>(role)] : "unknown";
}

const char* to_string(Life life) noexcept {
    constexpr const char* words[]{"alive", "stopped", "dead"};
    return life <= Life::dead ? words[static_cast<std::size_t>(life)] : "unknown";
}

const char* to_string(SlotState state) noexcept {
    constexpr const char* words[]{"free", "loaned", "ready", "taken", "processed", "failed", "given_up", "published"};
    return state <= SlotState::published ? words[static_cast<std::size_t>(state)] : "unknown";
}

std::uint64_t LatencyHistogram::count() const noexcept {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::chrono::nanoseconds LatencyHistogram::percentile(double percent) const noexcept {
    const std::uint64_t total = count();
    if (total == 0) return {};
    const double share = std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(total);
    const auto wanted = std::max<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(share)), 1);
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while (bucket + 1 < buckets && (seen += counts[bucket]) < wanted) ++bucket;
    return (lower_bound(bucket) + lower_bound(bucket + 1)) / 2;
}

LatencyHistogram LatencyHistogram::since(const LatencyHistogram& earlier) const noexcept {
    LatencyHistogram difference;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket)
        difference.counts[bucket] = counts[bucket] - std::min(earlier.counts[bucket], counts[bucket]);
    return difference;
}

LatencyHistogram& LatencyHistogram::operator+=(const LatencyHistogram& other) noexcept {
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) counts[bucket] += other.counts[bucket];
    return *this;
}

std::chrono::nanoseconds LatencyHistogram::lower_bound(std::size_t bucket) noexcept {
    return std::chrono::nanoseconds(detail::sync::LatencyHistogram::lower_bound(bucket));
}

}  // namespace handoff::inspect
