// A condition of a segment as one handle reaches it: a futex word, or with Sync::boost the pair that stands for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "sync/boost_condition.hpp"
#include "sync/futex_condition.hpp"

namespace handoff::detail::sync {

/// The condition that every segment has, as a number for the fingerprint of a layout: its size, and "futex".
constexpr std::uint64_t condition_code() noexcept {
    std::uint64_t code = sizeof(FutexCondition);
    for (const char letter : {'f', 'u', 't', 'e', 'x'}) code = code << 8 ^ static_cast<unsigned char>(letter);
    return code;
}

/// In the memory of its process: where a pair lies is never read from the segment.
/// Death: as that of FutexCondition, or of BoostCondition.
class Condition {
public:
    Condition(FutexCondition& word, BoostCondition* pair) noexcept : word_(&word), pair_(pair) {}

    /// See FutexCondition.
    template <class Predicate>
    bool wait_until(std::int64_t deadline_ns, FutexCondition::Announcement& last, std::uint32_t work,
                    const StopSignal* stop, Predicate&& predicate) const {
        return pair_ == nullptr ? word_->wait_until(deadline_ns, last, work, stop, predicate)
                                : pair_->wait_until(deadline_ns, stop, predicate);
    }
    void notify(std::uint32_t work) const noexcept {
        if (pair_ == nullptr) return word_->notify(work);
        if (work > 0) pair_->notify_all();
    }
    void notify_all() const noexcept {
        if (pair_ == nullptr) return word_->notify_all();
        pair_->notify_all();
    }
    /// What an observer can sleep on together with other words; null for a pair.
    FutexCondition* word() const noexcept { return pair_ == nullptr ? word_ : nullptr; }

private:
    FutexCondition* word_;
    BoostCondition* pair_;
};

/// The pairs of a segment; none unless it was created with Sync::boost.
class Pairs {
public:
    Pairs() = default;
    Pairs(std::byte* address, std::uint32_t count) noexcept
        : first_(std::launder(reinterpret_cast<BoostCondition*>(address))), count_(count) {}

    /// REQUIRES: `index` is that of the pattern for this word.
    Condition at(FutexCondition& word, std::uint32_t index) const noexcept {
        return {word, index < count_ ? first_ + index : nullptr};
    }
    static void place(std::byte* address, std::uint32_t count) {
        for (std::uint32_t index = 0; index < count; ++index)
            ::new (address + index * sizeof(BoostCondition)) BoostCondition;
    }

private:
    BoostCondition* first_ = nullptr;
    std::uint32_t count_ = 0;
};

}  // namespace handoff::detail::sync
