// How the records of a chunk are packed: as they are, or by a library that this program was built with, or without.
#pragma once

#include "mcap/bytes.hpp"

#include <handoff/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::apps::mcap {

enum class Compression { none, lz4, zstd };

/// "none", "lz4", "zstd".
std::string_view to_string(Compression compression) noexcept;
/// As it stands in a chunk: "", "lz4", "zstd".
std::string_view name_in_file(Compression compression) noexcept;
/// None for a name that MCAP does not define.
std::optional<Compression> compression_with_name_in_file(std::string_view name) noexcept;
/// False: this program was built without the library for it.
bool is_built_in(Compression compression) noexcept;
/// What to do where it is not: half a sentence.
std::string how_to_build_in(Compression compression);

/// Appends `bytes` to `out`, packed. REQUIRES: it is built in, and is not none. Throws Error(no_space).
void compress(Compression compression, Bytes bytes, std::vector<std::byte>& out);
/// False: so few compressed bytes cannot become so many.
bool can_be(Compression compression, std::uint64_t packed_bytes, std::uint64_t bytes) noexcept;
/// Fills `out` with exactly so many bytes. Error: damaged, with half a sentence; nothing was allocated then if `bytes`
/// cannot be true. REQUIRES: it is built in, and is not none.
result<void> decompress(Compression compression, Bytes packed, std::uint64_t bytes, std::vector<std::byte>& out);

}  // namespace handoff::apps::mcap
