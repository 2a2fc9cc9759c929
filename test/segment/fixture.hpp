// Small segments to open, spoil and look at.
#pragma once

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "platform/refusal.hpp"
#include "segment/name.hpp"
#include "segment/segment.hpp"

namespace handoff::test {

inline constexpr std::uint64_t fingerprint = 0x1122334455667788;
inline constexpr std::uint64_t mark = 0x6d61726b6d61726b;  // what initialise() leaves at the first slot

inline detail::segment::Blueprint blueprint_of(const detail::segment::ClaimedShape& shape) {
    if (shape.slot_count < 1 || shape.slot_count > 1000 || shape.participant_count < 1 || shape.participant_count > 100)
        return {};
    detail::segment::Blueprint blueprint;
    blueprint.kind = detail::segment::Kind::channel;
    blueprint.fingerprint = fingerprint;
    blueprint.participant_count = shape.participant_count;
    blueprint.participant_bytes = 100;
    blueprint.control_bytes = 200;
    blueprint.slot_count = shape.slot_count;
    blueprint.slot_header_bytes = 64;
    blueprint.payload_bytes = shape.payload_bytes;
    blueprint.reply_bytes = shape.reply_bytes;
    blueprint.settings = shape.settings;
    return blueprint;
}

inline detail::segment::OpenRequest request_for(
    std::string_view name, detail::segment::OpenMode mode = detail::segment::OpenMode::create_or_attach,
    Deadline deadline = Deadline::now()) {
    detail::segment::OpenRequest request;
    request.name = std::string(name);
    request.mode = mode;
    request.attach_wait = deadline;
    request.blueprint = blueprint_of({4, 3, 1000, 50, 7});
    request.blueprint_of = blueprint_of;
    request.initialise = [](std::byte* base, const detail::segment::Geometry& geometry) {
        std::memcpy(base + geometry.slots_offset, &mark, sizeof mark);
    };
    return request;
}

inline detail::segment::OpenRequest attach_request(std::string_view name, Deadline deadline = Deadline::now()) {
    return request_for(name, detail::segment::OpenMode::attach, deadline);
}

/// The number at the first slot, for two sides to see that they look at the same memory.
inline std::uint64_t& number_in(const detail::segment::Segment& segment) {
    return *reinterpret_cast<std::uint64_t*>(segment.base() + segment.geometry().slots_offset);
}

inline bool leave(detail::segment::Segment& segment) {
    return segment.leave([] { return true; });
}

/// A segment that all left without removing it, as if all programs were killed.
inline void leave_a_corpse(std::string_view name) {
    const auto segment = detail::segment::Segment::open(request_for(name, detail::segment::OpenMode::create));
    BOOST_TEST_REQUIRE(number_in(segment) == mark);
}

inline std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    BOOST_TEST_REQUIRE(file.good());
}

}  // namespace handoff::test
