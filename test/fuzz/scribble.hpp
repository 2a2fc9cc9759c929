// The writes of a hostile process into a segment: any number anywhere, and plausible numbers.
//
// Used by the fuzzers, where the input selects what is written, and by the test of a corrupter among living processes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "segment/segment_layout.hpp"

namespace handoff::test {

/// Words of one meaning: `blocks` pieces of `bytes` each, `stride` apart.
struct Region {
    std::byte* first = nullptr;
    std::size_t blocks = 1;
    std::size_t stride = 0;
    std::size_t bytes = 0;

    std::size_t words() const noexcept { return blocks * (bytes / sizeof(std::uint64_t)); }
    std::uint64_t& word(std::size_t index) const noexcept;
};

/// One write: which region, which word in it, what kind of number, and the number.
struct Scribble {
    std::uint8_t where = 0;
    std::uint8_t how = 0;
    std::uint16_t which = 0;
    std::uint64_t value = 0;
};

/// Thread safety: writes are atomic, so any number of threads and processes may scribble.
class Scribbler {
public:
    explicit Scribbler(std::vector<Region> regions) : regions_(std::move(regions)) {}
    /// Over a mapped segment; `shape` is its header from a time when it was whole.
    static Scribbler over(std::byte* base, const detail::segment::SegmentHeader& shape);

    void apply(const Scribble& scribble) const noexcept;

private:
    std::vector<Region> regions_;
};

}  // namespace handoff::test
