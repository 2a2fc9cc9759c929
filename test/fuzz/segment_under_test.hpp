// A segment in /dev/shm that stays, and is put back into one of some remembered states before each input.
#pragma once

#include <handoff/image.hpp>
#include <handoff/testing.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/scribble.hpp"

namespace handoff::test {

/// The description of a picture of some size, smaller than that.
inline Image small_image(std::uint64_t number, std::uint64_t width, std::uint64_t height) {
    return Image::of(static_cast<std::uint32_t>(number % width), static_cast<std::uint32_t>(number % height),
                     Encoding::mono8);
}

class SegmentUnderTest {
public:
    /// REQUIRES: the name's segment exists and is persistent. It is mapped, and its present bytes are the first state.
    explicit SegmentUnderTest(std::string_view name);
    SegmentUnderTest(const SegmentUnderTest&) = delete;
    ~SegmentUnderTest();

    /// The bytes as they are now become another state.
    void remember();
    std::size_t states() const noexcept { return states_.size(); }
    /// Also gives the files their names back, if an input had them removed.
    void restore(std::size_t state) const;
    const Scribbler& scribbler() const noexcept { return scribbler_; }
    const std::string& name() const noexcept { return name_; }

private:
    std::byte* map();
    void keep_names() const;

    std::string name_;
    std::size_t bytes_ = 0;
    std::byte* base_;
    std::vector<std::vector<std::byte>> states_;
    Scribbler scribbler_;
};

}  // namespace handoff::test
