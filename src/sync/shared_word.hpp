// One 64-bit word that several processes change, and the only memory order that the protocols use on such words.
//
// Ordering: every access is seq_cst, so all accesses to all words of a segment have one order, the same for everyone.
//   Two things follow. (1) A reader of a value sees everything that its writer did before writing it: the payload
//   before READY, the reply before PROCESSED. (2) "Change the state, then check for a sleeper" against "announce a
//   sleeper, then check the state" cannot both miss (FutexCondition). On x86-64 and AArch64 such a load costs what an
//   acquire load costs, and a read-modify-write what its acquire-release form costs: one rule is worth more than the
//   difference. It is no fence for plain accesses around it (see Broadcast::try_loan).
// Death: a word changes by one instruction. Nothing in it can be half done.
#pragma once

#include <atomic>
#include <cstdint>

namespace handoff::detail::sync {

#ifdef HANDOFF_CRASH_POINTS
/// Test builds only: called before and after every change of a shared word; may never return.
void crash_point() noexcept;
/// Test builds only: called before every read of a shared word.
void look_point() noexcept;
#else
inline void crash_point() noexcept {}
inline void look_point() noexcept {}
#endif

class SharedWord {
public:
    SharedWord() noexcept = default;
    explicit SharedWord(std::uint64_t value) noexcept : value_(value) {}

    // Pairs with compare_exchange(), store() and add() of every process.
    std::uint64_t load() const noexcept {
        look_point();
        return value_.load(std::memory_order_seq_cst);
    }

    /// True if the word held `expected` and holds `desired` now.
    bool compare_exchange(std::uint64_t expected, std::uint64_t desired) noexcept {
        crash_point();
        // Pairs with load() and compare_exchange() of every process.
        const bool changed = value_.compare_exchange_strong(expected, desired, std::memory_order_seq_cst);
        crash_point();
        return changed;
    }

    /// For words that only their owner changes.
    void store(std::uint64_t value) noexcept {
        crash_point();
        value_.store(value, std::memory_order_seq_cst);  // pairs with load()
        crash_point();
    }

    /// For words that only their owner changes, followed by a compare_exchange() on another word: a reader of that
    /// one's new value sees this value, too. Spares a full barrier.
    void store_release(std::uint64_t value) noexcept {
        crash_point();
        value_.store(value, std::memory_order_release);  // pairs with load()
        crash_point();
    }

    /// Sets bits; one instruction. Returns the value before.
    std::uint64_t set(std::uint64_t bits) noexcept {
        crash_point();
        const std::uint64_t before = value_.fetch_or(bits, std::memory_order_seq_cst);  // pairs with load()
        crash_point();
        return before;
    }
    /// Clears bits; one instruction.
    void clear(std::uint64_t bits) noexcept {
        crash_point();
        value_.fetch_and(~bits, std::memory_order_seq_cst);  // pairs with load()
        crash_point();
    }

    std::uint64_t add(std::uint64_t count) noexcept {
        crash_point();
        return value_.fetch_add(count, std::memory_order_seq_cst);  // pairs with load()
    }

private:
    std::atomic<std::uint64_t> value_{0};
};
static_assert(sizeof(SharedWord) == 8 && std::atomic<std::uint64_t>::is_always_lock_free,
              "processes share the bare word; a hidden lock would not be shared");

}  // namespace handoff::detail::sync
