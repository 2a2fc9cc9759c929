// The parts of MCAP (https://mcap.dev/spec) that recordings are made of.
#pragma once

#include "mcap/bytes.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace handoff::apps::mcap {

enum class Opcode : std::uint8_t {
    header = 0x01,
    footer = 0x02,
    schema = 0x03,
    channel = 0x04,
    message = 0x05,
    chunk = 0x06,
    message_index = 0x07,
    chunk_index = 0x08,
    attachment = 0x09,
    attachment_index = 0x0A,
    statistics = 0x0B,
    metadata = 0x0C,
    metadata_index = 0x0D,
    summary_offset = 0x0E,
    data_end = 0x0F,
};

inline constexpr std::array<std::byte, 8> magic{std::byte{0x89}, std::byte{'M'}, std::byte{'C'},  std::byte{'A'},
                                                std::byte{'P'},  std::byte{'0'}, std::byte{'\r'}, std::byte{'\n'}};
inline constexpr std::size_t record_head_bytes = 1 + 8;  ///< opcode and length of what follows
inline constexpr std::size_t message_head_bytes = 2 + 4 + 8 + 8;

/// How the messages of a channel are to be read. An empty encoding: no schema.
struct Schema {
    std::string name;
    std::string encoding;
    std::string text;
    friend bool operator==(const Schema&, const Schema&) = default;
};

/// The header of a file.
struct Header {
    std::string profile;  ///< what the messages are made for, as "ros2"
    std::string library;  ///< and what wrote them
};

using Metadata = std::map<std::string, std::string>;
/// 0 where it is missing, or is no number.
inline std::uint64_t number_in(const Metadata& metadata, const std::string& key) {
    const auto found = metadata.find(key);
    std::uint64_t number = 0;
    if (found != metadata.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
    return number;
}

struct Channel {
    std::string topic;
    std::string message_encoding;
    Schema schema;
    Metadata metadata;
    friend bool operator==(const Channel&, const Channel&) = default;
};

/// Pairs of words that belong to the whole file.
struct NamedMetadata {
    std::string name;
    Metadata pairs;
};
/// The name under which the recorder leaves its counts.
inline constexpr const char* counts_name = "handoff";
inline constexpr std::string_view recorded_prefix = "recorded.", lost_prefix = "lost.";  ///< of names of segments

using ChannelId = std::uint16_t;

/// What stands before the bytes of a message. Times in nanoseconds since 1970.
struct MessageHead {
    ChannelId channel = 0;
    std::uint32_t sequence = 0;
    std::uint64_t log_time_ns = 0;
    std::uint64_t publish_time_ns = 0;
};

}  // namespace handoff::apps::mcap
