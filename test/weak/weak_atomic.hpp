// Included before everything else (-include) when the library's own sources are compiled for the explorer: every
// std::atomic in them becomes one whose accesses the explorer decides about.
//
// The headers below are those that use std::atomic themselves; they come before the macro and stay as they are.
#pragma once

#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <boost/outcome.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "explorer.hpp"

namespace std {

/// As std::atomic, one object of T and nothing else: layouts stay the same. Outside of an exploration it is plain.
template <class T>
class weak_atomic {
    static_assert(sizeof(T) <= 8 && is_trivially_copyable_v<T>);

public:
    static constexpr bool is_always_lock_free = true;

    constexpr weak_atomic() noexcept : value_() {}
    constexpr weak_atomic(T value) noexcept : value_(value) {}
    weak_atomic(const weak_atomic&) = delete;

    T load(memory_order order = memory_order_seq_cst) const noexcept {
        return weak::exploring() ? from(weak::load(place(), order)) : value_;
    }
    void store(T value, memory_order order = memory_order_seq_cst) noexcept {
        if (weak::exploring())
            weak::store(place(), to(value), order);
        else
            value_ = value;
    }
    bool compare_exchange_strong(T& expected, T desired, memory_order order = memory_order_seq_cst) noexcept {
        if (!weak::exploring()) {
            const bool changed = to(value_) == to(expected);
            (changed ? value_ : expected) = changed ? desired : value_;
            return changed;
        }
        uint64_t seen = to(expected);
        const bool changed = weak::compare_exchange(place(), seen, to(desired), order);
        expected = from(seen);
        return changed;
    }
    bool compare_exchange_weak(T& expected, T desired, memory_order order = memory_order_seq_cst) noexcept {
        return compare_exchange_strong(expected, desired, order);
    }
    T exchange(T value, memory_order order = memory_order_seq_cst) noexcept {
        return change(order, [value](T) { return value; });
    }
    T fetch_add(T count, memory_order order = memory_order_seq_cst) noexcept {
        return change(order, [count](T was) { return static_cast<T>(was + count); });
    }
    T fetch_sub(T count, memory_order order = memory_order_seq_cst) noexcept {
        return change(order, [count](T was) { return static_cast<T>(was - count); });
    }
    T fetch_or(T bits, memory_order order = memory_order_seq_cst) noexcept {
        return change(order, [bits](T was) { return static_cast<T>(was | bits); });
    }
    T fetch_and(T bits, memory_order order = memory_order_seq_cst) noexcept {
        return change(order, [bits](T was) { return static_cast<T>(was & bits); });
    }

private:
    static uint64_t to(T value) noexcept {
        uint64_t bits = 0;
        memcpy(&bits, &value, sizeof value);
        return bits;
    }
    static T from(uint64_t bits) noexcept {
        T value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    weak::Place place() const noexcept { return {&value_, to(value_)}; }
    template <class Change>
    T change(memory_order order, Change&& next) noexcept {
        if (weak::exploring())
            return from(weak::read_modify_write(
                place(), [&](uint64_t was) { return to(next(from(was))); }, order));
        const T was = value_;
        value_ = next(was);
        return was;
    }

    T value_;
};

inline void weak_atomic_thread_fence(memory_order order) noexcept {
    if (weak::exploring()) weak::fence(order);
}

}  // namespace std

#define atomic weak_atomic
#define atomic_thread_fence weak_atomic_thread_fence
