// A recording without an end, or with damage, copied into one that every reader opens.
#pragma once

#include "mcap/reader.hpp"
#include "mcap/writer.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace handoff::apps::mcap {

/// What is in the copy, and what is not.
struct Repaired {
    std::uint64_t messages = 0;
    std::map<std::string, std::uint64_t> by_topic;
    std::uint64_t attachments = 0, metadata = 0;
    std::uint64_t left_out = 0;  ///< chunks, messages and attachments that are left out
    bool is_whole = false;       ///< false: the program was asked to end meanwhile, and the copy is not complete
};

/// Copies all that can be read, by log time, chunk by chunk, and completes `to`. Each chunk, message and attachment
/// that is left out is reported to `on_problem`; `progress` is called often. Throws Error as Reader and Writer do.
Repaired repair(Reader& from, Writer& to, const std::function<void(const std::string&)>& on_problem,
                const std::function<void(std::uint64_t messages)>& progress);

/// How most chunks of it are compressed.
Compression compression_of(const Reader& reader);

/// The default name of the copy: "film.mcap" for "film.mcap.0123abcd.partial", else "film-repaired.mcap".
std::string repaired_path(const std::string& path);

}  // namespace handoff::apps::mcap
