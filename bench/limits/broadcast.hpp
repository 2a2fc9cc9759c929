// The least a broadcast needs: a ring that is written round and round, and a position that all readers follow.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "contender/message.hpp"
#include "contender/os.hpp"
#include "contender/shared.hpp"

namespace limit {

struct Published {
    alignas(64) std::atomic<std::uint64_t> count;
};

class BroadcastMemory {
public:
    explicit BroadcastMemory(const bench::Task& task)
        : bytes_(task.bytes),
          slots_(task.slots),
          stride_(bench::stride_of(task.bytes)),
          ring_(task.name(), slots_ * stride_) {}

protected:
    std::span<std::byte> place(std::uint64_t number) const noexcept {
        return {ring_.behind() + number % slots_ * stride_, bytes_};
    }

    std::size_t bytes_;
    std::uint64_t slots_;
    std::size_t stride_;
    bench::Shared<Published> ring_;
};

class Publisher : BroadcastMemory {
public:
    using BroadcastMemory::BroadcastMemory;
    void publish(const bench::Message& message) {
        message.write_to(place(count_));
        ring_->count.store(++count_, std::memory_order_release);  // pairs with Subscriber::receive()
    }

private:
    std::uint64_t count_ = 0;
};

class Subscriber : BroadcastMemory {
public:
    using BroadcastMemory::BroadcastMemory;
    void receive(auto&& touch) {
        bench::Patience patience;
        while (seen_ == next_) {
            seen_ = ring_->count.load(std::memory_order_acquire);
            if (seen_ == next_) patience.pause();
        }
        touch(std::span<const std::byte>(place(next_++)));
    }

private:
    std::uint64_t next_ = 0;
    std::uint64_t seen_ = 0;
};

}  // namespace limit
