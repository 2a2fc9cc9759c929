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
    handoff::LatestOptions options;

    LatestValue() {
        options.capacity_bytes = capacity;
        options.participants = 8;
    }
    ~LatestValue() {
        for (const auto& file : name.left_behind()) BOOST_ERROR("left behind: " + file);
    }
    handoff::LatestBytes open(handoff::WaitPolicy policy = handoff::WaitPolicy::balanced) const {
        handoff::LatestOptions changed = options;
        changed.wait = policy;
        return handoff::LatestBytes(name, changed);
    }
    handoff::LatestBytes open_read_only(handoff::WaitPolicy policy = handoff::WaitPolicy::balanced) const {
        return handoff::LatestBytes(name, {.read_only = true, .wait = policy, .attach_deadline = soon()});
    }
};

}  // namespace conformance
