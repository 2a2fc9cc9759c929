#include "memory.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace weak {

namespace {

bool acquires(std::memory_order order) {
    return order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
           order == std::memory_order_seq_cst;
}
bool releases(std::memory_order order) {
    return order == std::memory_order_release || order == std::memory_order_acq_rel ||
           order == std::memory_order_seq_cst;
}
std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
    std::uint64_t x = (seed ^ (value + 0x9e3779b97f4a7c15 + (seed << 6) + (seed >> 2))) * 0xff51afd7ed558ccd;
    x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
    return x ^ (x >> 29);
}

}  // namespace

void View::join(const View& other) noexcept {
    for (int i = 0; i < most_locations; ++i) oldest[i] = std::max(oldest[i], other.oldest[i]);
    for (int i = 0; i < most_threads; ++i) known[i] = std::max(known[i], other.known[i]);
}

/// Addresses keep their number for ever, so that fingerprints of different executions can be compared.
int Memory::location(Place place, const std::function<Kind(const void*)>& kind_of) {
    static std::map<const void*, int> numbers;
    const auto [found, is_new] = numbers.try_emplace(place.address, static_cast<int>(numbers.size()));
    if (found->second >= most_locations) throw std::length_error("more locations than the explorer has room for");
    Location& location = locations_[found->second];
    if (!location.used) {
        location.used = true;
        location.kind = kind_of(place.address);
        location.writes.push_back({place.initial, {}, -1, 0});
    }
    return found->second;
}

std::memory_order Memory::load_order(int location, std::memory_order written) const {
    return written == std::memory_order_seq_cst ? weakening_.loads[static_cast<int>(kind(location))] : written;
}
std::memory_order Memory::change_order(int location, std::memory_order written) const {
    const bool relaxed = weakening_.stores_relaxed[static_cast<int>(kind(location))];
    if (written == std::memory_order_release && relaxed) return std::memory_order_relaxed;
    return written == std::memory_order_seq_cst ? weakening_.changes[static_cast<int>(kind(location))] : written;
}

// ---- the order S ----------------------------------------------------------------------------------------------------

/// All that must be before a seq_cst operation that this thread makes now.
Memory::Set Memory::before(int thread, int location, int position) const {
    Set set;
    const View& known = threads_[thread].now;
    for (std::size_t i = 0; i < ordered_.size(); ++i) {
        const Ordered& other = ordered_[i];
        // Strongly happens before: what this thread did, and what another did *before* the last operation of it that
        // we know of. (That last one itself is ordered by coherence, if it was seq_cst.)
        const bool is_known = other.thread == thread || other.step + 1 < known.known[other.thread];
        const bool is_coherence_before = other.location == location && other.position < position;
        if (is_known || is_coherence_before) set.set(i);
    }
    return set;
}

Memory::Set Memory::after(int location, int position) const {
    Set set;
    for (std::size_t i = 0; i < ordered_.size(); ++i)
        if (ordered_[i].location == location && ordered_[i].position > position) set |= later_[i], set.set(i);
    return set;
}

void Memory::order(int thread, int location, int position) {
    const Set earlier = before(thread, location, position);
    Set later = after(location, position);
    const std::size_t me = ordered_.size();
    if (me >= most_ordered) throw std::length_error("more seq_cst operations than the explorer has room for");
    ordered_.push_back({location, position, thread, threads_[thread].steps});
    later_.push_back(later);
    later.set(me);
    for (std::size_t i = 0; i < me; ++i)
        if (earlier.test(i) || (later_[i] & earlier).any()) later_[i] |= later;
}

std::vector<int> Memory::readable(int thread, int location, std::memory_order order) const {
    std::vector<int> found;
    for (int write = newest(location); write >= threads_[thread].now.oldest[location]; --write) {
        // Would S have a cycle? It would if something that must come later must also come earlier.
        const int position = 2 * write + 1;
        const bool is_impossible = order == std::memory_order_seq_cst &&
                                   (before(thread, location, position) & after(location, position)).any();
        if (!is_impossible) found.push_back(write);
    }
    return found;
}

// ---- accesses -------------------------------------------------------------------------------------------------------

void Memory::step(int thread, std::uint64_t what) {
    Thread& me = threads_[thread];
    me.history = mix(me.history, what);
    me.now.known[thread] = static_cast<std::uint8_t>(++me.steps);
}

std::uint64_t Memory::read(int thread, int location, int write, std::memory_order order) {
    Thread& me = threads_[thread];
    const Write& from = locations_[location].writes[write];
    if (order == std::memory_order_seq_cst) this->order(thread, location, 2 * write + 1);
    me.now.oldest[location] = std::max(me.now.oldest[location], static_cast<std::uint8_t>(write));
    me.acquired.join(from.released);
    if (acquires(order)) me.now.join(from.released);
    const auto source = static_cast<std::uint64_t>((from.thread + 1) + 8 * from.step);
    step(thread, 1 + 4 * (static_cast<std::uint64_t>(location) + 256 * source));
    return from.value;
}

void Memory::append(int thread, int location, std::uint64_t value, std::memory_order order, const View* carried) {
    Thread& me = threads_[thread];
    Location& where = locations_[location];
    const int write = static_cast<int>(where.writes.size());
    if (write > 250) throw std::length_error("more writes to one location than the explorer has room for");
    if (order == std::memory_order_seq_cst) this->order(thread, location, 2 * write);
    me.now.oldest[location] = static_cast<std::uint8_t>(write);
    const int at = me.steps;
    step(thread, 2 + 4 * static_cast<std::uint64_t>(location));
    View released = releases(order) ? me.now : me.released;
    released.oldest[location] = static_cast<std::uint8_t>(write);
    if (carried != nullptr) released.join(*carried);
    where.writes.push_back({value, released, thread, at});
    where.history = mix(where.history, static_cast<std::uint64_t>((thread + 1) + 8 * at));
}

bool Memory::write(int thread, int location, std::uint64_t value, std::memory_order order) {
    const bool is_ordered = threads_[thread].now.oldest[location] == newest(location);
    append(thread, location, value, order, nullptr);
    return is_ordered;
}

void Memory::change(int thread, int location, std::uint64_t value, std::memory_order order) {
    const int last = newest(location);
    const View carried = locations_[location].writes[static_cast<std::size_t>(last)].released;  // a release sequence
    Thread& me = threads_[thread];
    me.now.oldest[location] = static_cast<std::uint8_t>(last);
    me.acquired.join(carried);
    if (acquires(order)) me.now.join(carried);
    append(thread, location, value, order, &carried);
}

void Memory::fence(int thread, std::memory_order order) {
    Thread& me = threads_[thread];
    if (acquires(order) && !weakening_.drop_acquire_fence) me.now.join(me.acquired);
    if (releases(order) && !weakening_.drop_release_fence) me.released = me.now;
}

bool Memory::plain(int thread, const void* address, std::uint64_t* value, bool is_write) {
    Plain& place = plain_[address];
    const View& known = threads_[thread].now;
    const auto is_before = [&](int who, int at) { return who == thread || at <= known.known[who]; };
    bool is_free_of_races = place.writer < 0 || is_before(place.writer, place.written_at);
    if (is_write) {
        for (int who = 0; who < most_threads; ++who)
            is_free_of_races = is_free_of_races && is_before(who, place.read_at[who]);
        place.value = *value;
        place.writer = thread;
        place.written_at = threads_[thread].steps + 1;  // a thread that knows of our next operation knows of this
    } else {
        *value = place.value;
        place.read_at[thread] = threads_[thread].steps + 1;
    }
    return is_free_of_races;
}

std::pair<std::uint64_t, std::uint64_t> Memory::fingerprint() const {
    std::uint64_t first = 1;
    std::uint64_t second = 2;
    for (const Thread& thread : threads_) {
        first = mix(first, thread.history);
        second = mix(second, ~thread.history);
    }
    for (const Location& location : locations_) {
        first = mix(first, location.history);
        second = mix(second, location.history + 77);
    }
    return {first, second};
}

}  // namespace weak
