// What clients and server of the spooler agree on.
#pragma once

#include <handoff/channel.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace spooler {

inline constexpr std::size_t most_text = 4096;

/// A line on its way. Process and time together name it: a client never gives two lines the same time.
struct Line {
    std::int64_t pid = 0;
    std::int64_t time_ns = 0;  ///< since 1970 (UTC)
    std::string_view text{};   ///< at most most_text bytes, no newline
};

struct LineHeader {
    std::int64_t pid, time_ns;
};

/// A request is never given up: it is not the line's fault when a server dies with it.
inline handoff::ChannelShape channel_shape() {
    return {.slot_count = 10,
            .payload_bytes = sizeof(LineHeader) + most_text,
            .participants = 256,
            .max_deliveries = handoff::unlimited_deliveries};
}

/// REQUIRES: line.text.size() <= most_text
inline void put(handoff::Loan& loan, const Line& line) {
    const LineHeader header{line.pid, line.time_ns};
    std::memcpy(loan.payload().data(), &header, sizeof header);
    std::ranges::copy(std::as_bytes(std::span(line.text)), loan.payload().begin() + sizeof header);
    loan.resize(sizeof header + line.text.size()).value();
}

/// The line in these bytes; nothing if they are not one.
inline std::optional<Line> line_in(std::span<const std::byte> payload) {
    LineHeader header{};
    if (payload.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, payload.data(), sizeof header);
    const auto text = payload.subspan(sizeof header);
    const Line line{header.pid, header.time_ns, {reinterpret_cast<const char*>(text.data()), text.size()}};
    const bool is_valid = line.pid > 0 && line.time_ns >= 0 && line.text.find('\n') == std::string_view::npos;
    return is_valid ? std::optional(line) : std::nullopt;
}

}  // namespace spooler
