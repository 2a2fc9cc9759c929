// How the bytes of a fuzzer are read: a list of steps of twelve bytes each, so that a change of one byte changes one
// step. What is missing at the end is zero.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

#include "fuzz/scribble.hpp"

namespace handoff::test {

/// A scribble, or an operation with a number that it may use.
struct Step {
    bool is_scribble = false;
    std::uint8_t operation = 0;
    Scribble scribble;

    std::uint64_t number() const noexcept { return scribble.value; }
};

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) noexcept : left_(data, size) {}

    bool is_empty() const noexcept { return left_.empty(); }
    template <class Number>
    Number next() noexcept {
        Number number{};
        const std::size_t taken = std::min(sizeof number, left_.size());
        if (taken > 0) std::memcpy(&number, left_.data(), taken);
        left_ = left_.subspan(taken);
        return number;
    }
    Step next_step() noexcept {
        Step step;
        const auto what = next<std::uint8_t>();
        step.is_scribble = (what & 0x80) != 0;
        step.operation = what;
        step.scribble.where = what & 0x7f;
        step.scribble.how = next<std::uint8_t>();
        step.scribble.which = next<std::uint16_t>();
        step.scribble.value = next<std::uint64_t>();
        return step;
    }
    std::span<const std::uint8_t> rest() const noexcept { return left_; }

private:
    std::span<const std::uint8_t> left_;
};

/// Ends the process the way a fuzzer notices.
inline void require(bool holds, const char* what) noexcept {
    if (holds) return;
    std::fprintf(stderr, "this does not hold: %s\n", what);
    std::abort();
}

/// Reads every byte.
inline void touch(std::span<const std::byte> bytes) noexcept {
    unsigned sum = 0;
    for (const std::byte byte : bytes) sum += std::to_integer<unsigned>(byte);
    asm volatile("" : : "r"(sum));  // the compiler must not remove it as unused
}
inline void touch(std::string_view text) noexcept {
    touch(std::as_bytes(std::span(text)));
}

/// Writes every byte.
inline void fill(std::span<std::byte> bytes, std::uint64_t number) noexcept {
    std::fill(bytes.begin(), bytes.end(), static_cast<std::byte>(number));
}

}  // namespace handoff::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
