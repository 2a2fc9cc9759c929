// What is sent, how it is written and how it is touched: the same code for everybody.
//
// A message is a body that is the same each time, behind a header of 8 bytes that tells who sent it and which one it
// is. The taker adds up all words of it; the sums of both sides are compared after the trial, so a contender that
// loses, repeats, cuts or does not touch a message is found out.
#pragma once

#include <boost/align/aligned_allocator.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "contender/task.hpp"

namespace bench {

inline constexpr std::size_t header_bytes = 8;
inline constexpr std::uint64_t poison = ~std::uint64_t{0};  ///< the header of a message that only says: it is over

/// `rep movsb`: the copy that moves most bytes a second from a few KiB on.
inline void copy_large(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
#if defined(__x86_64__)
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
#else
    std::memcpy(to, from, bytes);
#endif
}

inline void copy_bytes(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
    constexpr std::size_t small = 64, large = 4096;
    if (bytes == small)
        std::memcpy(to, from, small);  // a constant: the compiler makes it a few moves
    else if (bytes < large)
        std::memcpy(to, from, bytes);
    else
        copy_large(to, from, bytes);
}

inline std::uint64_t sum_of_words(const std::byte* bytes, std::size_t count) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at + 8 <= count; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, 8);
        sum += word;
    }
    return sum;
}

/// On a page of its own, as frames of a camera are: how fast a copy is depends on how both ends lie in their pages.
using Body = std::vector<std::byte, boost::alignment::aligned_allocator<std::byte, 4096>>;

/// The body of the messages of a size: words that differ, the same in every process.
inline Body body_of(std::size_t bytes) {
    Body body(bytes, std::byte{0});
    for (std::size_t at = header_bytes; at + 8 <= bytes; at += 8) {
        const std::uint64_t word = at * 0x9e3779b97f4a7c15;
        std::memcpy(body.data() + at, &word, 8);
    }
    return body;
}

/// What a giver sends. next() makes it the next message.
class Message {
public:
    Message(const Task& task, std::uint32_t giver)
        : giver_(std::uint64_t{giver} << 56U), zero_touch_(task.zero_touch != 0), body_(body_of(task.bytes)) {}

    void next() noexcept {
        header_ = giver_ | ++count_;
        header_sum_ += header_;
    }
    /// From now on it says: it is over.
    void poison() noexcept { header_ = bench::poison; }

    std::size_t size() const noexcept { return body_.size(); }
    /// For contenders that give memory to write into: writes the message there.
    void write_to(std::span<std::byte> place) const noexcept {
        if (!zero_touch_ && body_.size() > header_bytes) copy_bytes(place.data(), body_.data(), body_.size());
        std::memcpy(place.data(), &header_, header_bytes);
    }
    /// For contenders that copy out of the user's memory: the message.
    std::span<const std::byte> bytes() const noexcept {
        std::memcpy(body_.data(), &header_, header_bytes);
        return body_;
    }
    /// A small value of which every word is the same: one that was torn shows it.
    void write_value_to(std::span<std::byte> place) const noexcept {
        for (std::size_t at = 0; at + 8 <= place.size(); at += 8) std::memcpy(place.data() + at, &header_, 8);
    }
    std::span<const std::byte> value() const noexcept {
        write_value_to(body_);
        return body_;
    }

    std::uint64_t count() const noexcept { return count_; }
    std::uint64_t header_sum() const noexcept { return header_sum_; }

private:
    std::uint64_t giver_;
    bool zero_touch_;
    mutable Body body_;
    std::uint64_t count_ = 0;
    std::uint64_t header_ = 0;
    std::uint64_t header_sum_ = 0;
};

/// What a taker does with each message: touches all of it.
class Touch {
public:
    explicit Touch(const Task& task) noexcept : bytes_(task.zero_touch != 0 ? header_bytes : task.bytes) {}

    void operator()(std::span<const std::byte> message) noexcept {
        std::uint64_t header = 0;
        std::memcpy(&header, message.data(), header_bytes);
        if (header == poison) [[unlikely]] {
            is_over_ = true;
            return;
        }
        is_cut_ |= message.size() < bytes_;
        header_ = header;
        header_sum_ += header;
        sum_ += bytes_ == 64 ? sum_of_words(message.data(), 64) : sum_of_words(message.data(), bytes_);
        ++count_;
    }

    bool is_over() const noexcept { return is_over_; }
    bool is_cut() const noexcept { return is_cut_; }
    std::uint64_t count() const noexcept { return count_; }
    std::uint64_t last_header() const noexcept { return header_; }
    std::uint64_t header_sum() const noexcept { return header_sum_; }
    /// Of all words, headers included.
    std::uint64_t sum() const noexcept { return sum_; }

private:
    std::size_t bytes_;
    std::uint64_t count_ = 0;
    std::uint64_t header_ = 0;
    std::uint64_t header_sum_ = 0;
    std::uint64_t sum_ = 0;
    bool is_over_ = false;
    bool is_cut_ = false;
};

}  // namespace bench
