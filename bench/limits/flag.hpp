// The least a round trip needs: one word that says whose turn it is, and the message beside it.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "contender/message.hpp"
#include "contender/os.hpp"
#include "contender/shared.hpp"

namespace limit {

/// The word, and how one waits for it to change.
class Turn {
public:
    Turn(const bench::Task& task, std::atomic<std::uint32_t>& word) noexcept
        : wait_(task.wait), pauses_(task.bytes >= 1024), word_(word) {}

    void await(std::uint32_t wanted) noexcept {
        if (wait_ == bench::Wait::busy) {
            while (word_.load(std::memory_order_acquire) != wanted) pause_if_large();
            return;
        }
        if (wait_ == bench::Wait::balanced && was_seen_while_spinning(wanted)) return;
        for (;;) {
            std::uint32_t seen = word_.load(std::memory_order_acquire);
            if ((seen & ~asleep) == wanted) return;
            if (wait_ == bench::Wait::balanced) {
                if ((seen & asleep) == 0 && !word_.compare_exchange_strong(seen, seen | asleep)) continue;
                seen |= asleep;
            }
            bench::futex_wait(word_, seen);
        }
    }
    void set(std::uint32_t turn) noexcept {
        if (wait_ == bench::Wait::busy) {
            word_.store(turn, std::memory_order_release);
        } else if (wait_ == bench::Wait::balanced) {
            if ((word_.exchange(turn) & asleep) != 0) bench::futex_wake(word_, 1);
        } else {
            word_.store(turn, std::memory_order_release);
            bench::futex_wake(word_, 1);
        }
    }

private:
    static constexpr std::uint32_t asleep = 0x80000000;  ///< beside the turn: the other side must wake

    /// Where the other side has much to copy, it needs what a core shares with its neighbour.
    void pause_if_large() const noexcept {
        if (pauses_) bench::cpu_pause();
    }

    bool was_seen_while_spinning(std::uint32_t wanted) const noexcept {
        constexpr std::int64_t spin_ns = 30'000;
        constexpr int looks_per_clock = 256;
        for (const std::int64_t end_ns = bench::now_ns() + spin_ns; bench::now_ns() < end_ns;)
            for (int look = 0; look < looks_per_clock; ++look, pause_if_large())
                if ((word_.load(std::memory_order_acquire) & ~asleep) == wanted) return true;
        return false;
    }

    bench::Wait wait_;
    bool pauses_;
    std::atomic<std::uint32_t>& word_;
};

struct alignas(64) Flag {
    static constexpr std::uint32_t idle = 0, request = 1, processed = 2;

    std::atomic<std::uint32_t> turn;
    std::uint32_t unused;
    std::byte small[56];  ///< a small message travels in the line of the flag
};

class FlagMemory {
public:
    explicit FlagMemory(const bench::Task& task)
        : bytes_(task.bytes),
          places_(places_for(task.bytes)),
          flag_(task.name(), places_ * bench::stride_of(task.bytes)),
          turn_(task, flag_->turn) {}

protected:
    /// Both sides count alike.
    std::span<std::byte> next_place() noexcept {
        if (bytes_ <= sizeof(Flag::small)) return {flag_->small, bytes_};
        return {flag_.behind() + count_++ % places_ * bench::stride_of(bytes_), bytes_};
    }

private:
    /// Some messages are faster in turn than always in one place (64 KiB: by a third): what the taker has just read
    /// has then left its innermost cache before it is written anew.
    static std::size_t places_for(std::size_t bytes) noexcept { return bytes >= 4096 && bytes <= 256 * 1024 ? 8 : 1; }

    std::size_t bytes_;
    std::size_t places_;
    std::size_t count_ = 0;

protected:
    bench::Shared<Flag> flag_;
    Turn turn_;
};

class Client : FlagMemory {
public:
    using FlagMemory::FlagMemory;
    void request(const bench::Message& message) {
        message.write_to(next_place());
        turn_.set(Flag::request);
        turn_.await(Flag::processed);
    }
};

class Server : FlagMemory {
public:
    using FlagMemory::FlagMemory;
    void serve(auto&& touch) {
        turn_.await(Flag::request);
        touch(std::span<const std::byte>(next_place()));
        turn_.set(Flag::processed);
    }
};

/// One way through the same place: the sender waits until the message before was taken.
class MailProducer : FlagMemory {
public:
    using FlagMemory::FlagMemory;
    void send(const bench::Message& message) {
        while (flag_->turn.load(std::memory_order_acquire) == Flag::request) bench::cpu_pause();
        message.write_to(next_place());
        turn_.set(Flag::request);
    }
};

class MailConsumer : FlagMemory {
public:
    using FlagMemory::FlagMemory;
    void receive(auto&& touch) {
        turn_.await(Flag::request);
        touch(std::span<const std::byte>(next_place()));
        flag_->turn.store(Flag::idle, std::memory_order_release);
    }
};

}  // namespace limit
