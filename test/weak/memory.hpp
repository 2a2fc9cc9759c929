// The memory of one execution: modification orders, views, and the order S of the seq_cst operations.
#pragma once

#include <atomic>
#include <bitset>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "explorer.hpp"

namespace weak {

constexpr int most_threads = 4;
constexpr int most_locations = 64;
constexpr int most_ordered = 192;  // seq_cst operations in one execution

/// For each location the oldest write that may still be read, for each thread how many of its operations are known.
struct View {
    std::uint8_t oldest[most_locations] = {};
    std::uint8_t known[most_threads] = {};

    void join(const View& other) noexcept;
};

struct Write {
    std::uint64_t value;
    View released;
    int thread, step;  ///< the writer; -1: there from the start
};

/// A write is at position 2i, a read of it at 2i + 1.
struct Ordered {
    int location, position, thread, step;
};

struct Thread {
    View now, acquired, released;  ///< what is known; what an acquire fence would add; what a release fence has fixed
    int steps = 0;
    std::uint64_t history = 0;  ///< hash of what it did and read
};

struct Plain {
    std::uint64_t value = 0;
    int writer = -1, written_at = 0;
    int read_at[most_threads] = {};
};

class Memory {
public:
    explicit Memory(const Weakening& weakening) : weakening_(weakening) {}

    int location(Place place, const std::function<Kind(const void*)>& kind_of);
    /// The writes that a load may return, the newest first.
    std::vector<int> readable(int thread, int location, std::memory_order order) const;
    std::uint64_t value(int location, int write) const { return locations_[location].writes[write].value; }
    int newest(int location) const { return static_cast<int>(locations_[location].writes.size()) - 1; }
    Kind kind(int location) const { return locations_[location].kind; }

    std::uint64_t read(int thread, int location, int write, std::memory_order order);
    /// False: happens-before does not order it after the newest write.
    bool write(int thread, int location, std::uint64_t value, std::memory_order order);
    /// A read-modify-write: it reads the newest write and comes right behind it.
    void change(int thread, int location, std::uint64_t value, std::memory_order order);
    void fence(int thread, std::memory_order order);
    /// False: a data race.
    bool plain(int thread, const void* address, std::uint64_t* value, bool is_write);

    int steps(int thread) const { return threads_[thread].steps; }
    /// Of the execution graph.
    std::pair<std::uint64_t, std::uint64_t> fingerprint() const;

    std::memory_order load_order(int location, std::memory_order written) const;
    std::memory_order change_order(int location, std::memory_order written) const;

private:
    struct Location {
        Kind kind = Kind::other;
        bool used = false;
        std::vector<Write> writes;
        std::uint64_t history = 0;
    };
    using Set = std::bitset<most_ordered>;

    void step(int thread, std::uint64_t what);
    void append(int thread, int location, std::uint64_t value, std::memory_order order, const View* carried);
    Set before(int thread, int location, int position) const;
    Set after(int location, int position) const;
    void order(int thread, int location, int position);

    const Weakening& weakening_;
    Location locations_[most_locations];
    Thread threads_[most_threads];
    std::vector<Ordered> ordered_;
    std::vector<Set> later_;  ///< for each ordered operation, all that S has behind it
    std::unordered_map<const void*, Plain> plain_;
};

}  // namespace weak
