// The least a queue needs: for one producer and one consumer two positions, of which each side keeps a copy of the
// other's and looks again only when it seems full or empty; for several, a sequence number beside each message
// (D. Vyukov's bounded queue).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>

#include "contender/message.hpp"
#include "contender/os.hpp"
#include "contender/shared.hpp"

namespace limit {

struct Positions {
    alignas(64) std::atomic<std::uint64_t> tail;  ///< of the producers
    alignas(64) std::atomic<std::uint64_t> head;  ///< of the consumers
};

class RingMemory {
public:
    explicit RingMemory(const bench::Task& task)
        : bytes_(task.bytes),
          slots_(slots_of(task)),
          alone_(task.givers == 1 && task.takers == 1),
          stride_(bench::stride_of(task.bytes + (alone_ ? 0 : sizeof(std::uint64_t)))),
          ring_(task.name(), slots_ * stride_) {}

protected:
    /// Large messages go through two places in turn: those stay in the cache.
    static std::uint64_t slots_of(const bench::Task& task) noexcept {
        constexpr std::size_t large = 1'000'000;
        return task.bytes >= large ? 2 : std::uint64_t{task.slots};
    }
    std::byte* at(std::uint64_t position) const noexcept { return ring_.behind() + position % slots_ * stride_; }
    std::span<std::byte> place(std::uint64_t position) const noexcept {
        return {at(position) + (alone_ ? 0 : sizeof(std::uint64_t)), bytes_};
    }
    /// Zero at first; position p may be written while it says p / slots * 2, and read while it says one more.
    std::atomic<std::uint64_t>& lap(std::uint64_t position) const noexcept {
        return *reinterpret_cast<std::atomic<std::uint64_t>*>(at(position));
    }
    std::uint64_t lap_to_write(std::uint64_t position) const noexcept { return position / slots_ * 2; }

    std::size_t bytes_;
    std::uint64_t slots_;
    bool alone_;
    std::size_t stride_;
    bench::Shared<Positions> ring_;
};

class Producer : RingMemory {
public:
    using RingMemory::RingMemory;

    void send(const bench::Message& message) {
        const std::uint64_t first = claim(1);
        message.write_to(place(first));
        hand_over(first, 1);
    }
    void send_batch(bench::Message& message, std::uint32_t count) {
        const std::uint64_t first = claim(count);
        for (std::uint64_t at = first; at < first + count; ++at) {
            message.next();
            message.write_to(place(at));
        }
        hand_over(first, count);
    }

private:
    std::uint64_t claim(std::uint32_t count) {
        bench::Patience patience;
        if (alone_) {
            while (tail_ + count - head_seen_ > slots_) {
                head_seen_ = ring_->head.load(std::memory_order_acquire);  // pairs with Consumer::give_back()
                if (tail_ + count - head_seen_ > slots_) patience.pause();
            }
            return tail_;
        }
        for (std::uint64_t tail = ring_->tail.load(std::memory_order_relaxed);;) {
            std::uint32_t free = 0;
            while (free < count && lap(tail + free).load(std::memory_order_acquire) == lap_to_write(tail + free))
                ++free;
            if (free == count) {
                if (ring_->tail.compare_exchange_weak(tail, tail + count, std::memory_order_relaxed)) return tail;
            } else {
                patience.pause();
                tail = ring_->tail.load(std::memory_order_relaxed);
            }
        }
    }
    void hand_over(std::uint64_t first, std::uint32_t count) noexcept {
        if (alone_) {
            tail_ += count;
            ring_->tail.store(tail_, std::memory_order_release);
            return;
        }
        for (std::uint64_t at = first; at < first + count; ++at)
            lap(at).store(lap_to_write(at) + 1, std::memory_order_release);
    }

    std::uint64_t tail_ = 0;
    std::uint64_t head_seen_ = 0;
};

class Consumer : RingMemory {
public:
    explicit Consumer(const bench::Task& task) : RingMemory(task), batch_(task.batch) {}

    void receive(auto&& touch) {
        const auto [first, count] = claim();
        for (std::uint64_t at = first; at < first + count; ++at) touch(std::span<const std::byte>(place(at)));
        give_back(first, count);
    }

private:
    struct Claimed {
        std::uint64_t first, count;
    };

    Claimed claim() {
        bench::Patience patience;
        if (alone_) {
            while (tail_seen_ == head_) {
                tail_seen_ = ring_->tail.load(std::memory_order_acquire);  // pairs with Producer::hand_over()
                if (tail_seen_ == head_) patience.pause();
            }
            return {head_, std::min<std::uint64_t>(batch_, tail_seen_ - head_)};
        }
        for (std::uint64_t head = ring_->head.load(std::memory_order_relaxed);;) {
            std::uint64_t full = 0;
            while (full < batch_ && lap(head + full).load(std::memory_order_acquire) == lap_to_write(head + full) + 1)
                ++full;
            if (full > 0) {
                if (ring_->head.compare_exchange_weak(head, head + full, std::memory_order_relaxed))
                    return {head, full};
            } else {
                patience.pause();
                head = ring_->head.load(std::memory_order_relaxed);
            }
        }
    }
    void give_back(std::uint64_t first, std::uint64_t count) noexcept {
        if (alone_) {
            head_ += count;
            ring_->head.store(head_, std::memory_order_release);
            return;
        }
        for (std::uint64_t at = first; at < first + count; ++at)
            lap(at).store(lap_to_write(at) + 2, std::memory_order_release);
    }

    std::uint32_t batch_;
    std::uint64_t head_ = 0;
    std::uint64_t tail_seen_ = 0;
};

}  // namespace limit
