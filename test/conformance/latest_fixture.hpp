// What every conformance test of latest values stands on.
#pragma once

#include <handoff/latest.hpp>

#include <array>

#include "conformance/fixture.hpp"

namespace conformance {

/// A latest value of a few bytes.
struct LatestValue {
    static constexpr std::size_t capacity = 512;
    using Bytes = std::array<std::byte, capacity>;

    handoff::testing::UniqueName name{"latest"};
    handoff::LatestShape shape;

    LatestValue() {
        shape.capacity_bytes = capacity;
        shape.participants = 8;
        shape.sync = sync();
    }
    ~LatestValue() {
        for (const auto& file : name.left_behind()) BOOST_ERROR("left behind: " + file);
    }
    handoff::LatestBytes open(handoff::WaitPolicy policy = handoff::WaitPolicy::balanced) const {
        return handoff::LatestBytes(name, shape, {.wait = policy});
    }
    handoff::LatestBytes open_read_only(handoff::WaitPolicy policy = handoff::WaitPolicy::balanced) const {
        return handoff::LatestBytes(name, {.attach_timeout = long_timeout, .wait = policy, .read_only = true});
    }
};

}  // namespace conformance
