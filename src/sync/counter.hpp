// A counter that one process writes and any process may read.
//
// Thread safety: the owner's threads may add concurrently. A process that has never had a second thread avoids the cost
// of an atomic addition, and so does a thread that alone uses a handle (SoleThread). Ordering: relaxed; it is for
// people.
#pragma once

#include <atomic>
#include <cstdint>

#include "platform/cpu.hpp"

namespace handoff::detail::sync {

class Counter {
public:
    /// Returns the value before.
    std::uint64_t add(std::uint64_t count) noexcept { return add(count, platform::has_one_thread()); }
    /// The same; `alone`: no other thread changes it meanwhile (see SoleThread).
    std::uint64_t add(std::uint64_t count, bool alone) noexcept {
        if (!alone) return value_.fetch_add(count, std::memory_order_relaxed);
        const std::uint64_t before = load();
        value_.store(before + count, std::memory_order_relaxed);
        return before;
    }
    void set(std::uint64_t count) noexcept { value_.store(count, std::memory_order_relaxed); }
    std::uint64_t load() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace handoff::detail::sync
