// Runs a few threads through every behaviour that the C++20 memory model allows them, within bounds.
//
// The model: every location has its writes in modification order. A load may return any of them that coherence and
// happens-before do not forbid (each thread has a view: the oldest write of each location that it may still read;
// release writes carry views, acquire reads take them over, fences and release sequences as in the standard). seq_cst:
// there must be a total order S of all seq_cst operations, consistent with "strongly happens before" and with the
// coherence order of each location; a load that would make that impossible is not made. Plain accesses are checked for
// data races.
//
// Exhaustive for these threads, but for three things. (1) A load never returns a write that has not been executed yet
// (no "load buffering"). (2) A store is put at the end of its location's modification order; where that would be a
// restriction (two stores that happens-before does not order) the explorer reports an error, but for hints, which may
// have any value. (3) A thread that needs more steps than allowed is cut off, and counted.
//
// Two interleavings that lead to the same execution graph (the same operations, reading from the same writes, in the
// same modification orders) are one state and are continued once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weak {

/// A location, and its initial value.
struct Place {
    const void* address;
    std::uint64_t initial;
};

/// True in the threads of a scenario.
bool exploring() noexcept;

std::uint64_t load(Place place, std::memory_order order);
void store(Place place, std::uint64_t value, std::memory_order order);
bool compare_exchange(Place place, std::uint64_t& expected, std::uint64_t desired, std::memory_order order);
std::uint64_t read_modify_write(Place place, const std::function<std::uint64_t(std::uint64_t)>& next,
                                std::memory_order order);
void fence(std::memory_order order);

/// Plain memory: a data race is an error.
std::uint64_t plain_read(const void* address);
void plain_write(const void* address, std::uint64_t value);

/// The kernel: sleeps if the word is still `expected`, until another thread wakes it. No thread left to run and one
/// asleep: an error.
void futex_wait(Place place, std::uint64_t expected);
/// Wakes one (any of them), or all. Returns how many.
std::uint32_t futex_wake_one(const void* address);
std::uint32_t futex_wake_all(const void* address);

/// Ends this execution with an error if `held` is false.
void check(bool held, const char* what);

/// What a location is, for weakening its orders by name.
enum class Kind : std::uint8_t { other, slot_word, cell, pins, tail, head, condition, hint };
constexpr int kinds = 8;

/// Orders taken away, to see what breaks.
struct Weakening {
    std::string name = "as written";
    bool drop_release_fence = false;
    bool drop_acquire_fence = false;
    /// Of seq_cst loads and read-modify-writes of each kind, what is left.
    std::memory_order loads[kinds];
    std::memory_order changes[kinds];
    /// Release stores of this kind become relaxed.
    bool stores_relaxed[kinds] = {};

    Weakening();
    static Weakening of_release_stores(std::string title, Kind of);
    Weakening(std::string title, const std::vector<Kind>& of, std::memory_order load, std::memory_order change);
};

struct Scenario {
    std::string name;
    std::vector<std::function<void()>> threads;  ///< at most 4; run again and again, from the same memory
    std::function<Kind(const void*)> kind_of;
    std::function<void()> at_start = [] {};
    std::function<void()> at_end = [] {};  ///< looks at what the threads left in variables of their own
    int most_steps = 60;                   ///< of one thread
};

struct Report {
    std::uint64_t states = 0;
    std::uint64_t executions = 0;
    std::uint64_t cut = 0;
    bool complete = false;
    std::string error;  ///< the first one; then the search ends
};

Report explore(const Scenario& scenario, const Weakening& weakening, std::uint64_t most_states);

}  // namespace weak
