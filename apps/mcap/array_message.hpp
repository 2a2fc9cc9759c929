// Arrays in a recording: MCAP has no encoding for them, so a message is the 64 bytes that describe the array in the
// segment, and then its payload.
#pragma once

#include "mcap/records.hpp"

#include <handoff/image.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace handoff::apps::mcap {

inline constexpr std::string_view array_message_encoding = "x-handoff-array";

/// Says how to read such a message.
const Schema& array_schema();

/// Puts everything that comes before the payload into `head`. REQUIRES: description.is_array()
void write_array_head(std::vector<std::byte>& head, const Image& description);

struct ArrayMessage {
    Image description;
    Bytes payload;
};
/// The other way round: what was recorded. Nothing for bytes that are not such an array.
std::optional<ArrayMessage> read_array_message(Bytes message);

}  // namespace handoff::apps::mcap
