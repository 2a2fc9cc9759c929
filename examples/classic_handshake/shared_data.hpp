// The classic handshake: one message in shared memory, one mutex, two conditions, two flags.
//
// Most users of Boost.Interprocess build this first, and without failures it is correct. Its limits:
//   * A process killed while it waits makes a later notify_all of the others hang for ever, inside the C library.
//     A process that is only stopped (SIGSTOP, a debugger) does the same until it goes on.
//   * A process killed while it holds the mutex makes the others wait for that mutex for ever.
//   * A receiver killed, or never started, leaves its sender waiting for ever: there is no deadline. (Boost's timed
//     waits would follow the wall clock, and jump with it.)
//   * A killed sender leaves the segment behind. It has to be removed by hand: rm /dev/shm/NAME
//   * One message is in flight: the sender idles while the receiver works, and the other way round.
//   * The answer is 64 bits, or what fits into the place of the request.
//   * Both programs must come from the same compiler and the same Boost: nothing checks the layout.
// handoff does the same job without these limits; this is kept to compare with.
//
// Thread safety: any number of threads and processes may call request() and receive() at once.
#pragma once

#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

namespace classic_handshake {

struct SharedData {
    using Lock = boost::interprocess::scoped_lock<boost::interprocess::interprocess_mutex>;

    explicit SharedData(std::size_t data_capacity) noexcept : capacity(data_capacity) {}

    /// Sender: lets `fill(bytes, sequence)` write the request in place, and waits until a receiver has processed them.
    /// The answer of the receiver, or nothing if the other side has closed.
    template <class Fill>
    std::optional<std::uint64_t> request(std::size_t bytes, Fill&& fill) {
        if (bytes > capacity) throw std::length_error("the message is larger than the shared memory was made for");
        Lock lock(mutex);
        while (is_busy && !is_closed) was_processed.wait(lock);  // another sender's turn
        if (is_closed) return std::nullopt;

        std::forward<Fill>(fill)(std::span(data, bytes), ++sequence);
        size = bytes;
        is_busy = true;
        is_processed = false;
        is_ready = true;
        request_is_ready.notify_all();

        while (!is_processed && !is_closed) was_processed.wait(lock);
        is_busy = false;
        was_processed.notify_all();
        return is_processed ? std::optional(reply) : std::nullopt;
    }

    /// Receiver: waits for a request and lets `process(bytes, sequence)` answer it. False if the other side has closed.
    template <class Process>
    bool receive(Process&& process) {
        Lock lock(mutex);
        while (!is_ready && !is_closed) request_is_ready.wait(lock);
        if (!is_ready) return false;

        reply = std::forward<Process>(process)(std::span(data, size), sequence);
        is_ready = false;
        is_processed = true;
        was_processed.notify_all();
        return true;
    }

    /// Either side, when it leaves in good order: the other one no longer waits for it.
    void close() {
        const Lock lock(mutex);
        is_closed = true;
        request_is_ready.notify_all();
        was_processed.notify_all();
    }

    std::atomic<bool> is_constructed{false};  ///< set last by the creator
    boost::interprocess::interprocess_mutex mutex;
    boost::interprocess::interprocess_condition request_is_ready;
    boost::interprocess::interprocess_condition was_processed;

    // Under the mutex:
    bool is_busy = false;  ///< a sender is between its request and its answer
    bool is_ready = false;
    bool is_processed = false;
    bool is_closed = false;
    std::uint64_t sequence = 0;
    std::uint64_t reply = 0;
    std::size_t size = 0;

    const std::size_t capacity;

    // A flexible array is no standard C++, but GCC and Clang both know it, and unlike `data[1]` it is accurate: the
    // compiler makes no assumption about where it ends. The memory behind it comes from the placement new in
    // segment.hpp.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
    alignas(64) std::byte data[];
#pragma GCC diagnostic pop
};

static_assert(std::atomic<bool>::is_always_lock_free, "another process must be able to see it");

}  // namespace classic_handshake
