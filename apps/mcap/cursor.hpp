// From record to record through a part of a file, without reading what is in them.
#pragma once

#include "mcap/file.hpp"
#include "mcap/records.hpp"

#include <cstdint>
#include <optional>

namespace handoff::apps::mcap {

struct Record {
    Opcode opcode;
    std::uint64_t at;      ///< of its content, from the start of the file
    std::uint64_t length;  ///< of its content
    std::uint64_t start() const noexcept { return at - record_head_bytes; }
    std::uint64_t end() const noexcept { return at + length; }
};

class Cursor {
public:
    /// From `start` to `end`, both offsets in the file.
    Cursor(InputFile& file, std::uint64_t start, std::uint64_t end) noexcept : file_(&file), at_(start), end_(end) {}

    /// The next record. None at the end, and where no whole record follows: then at() is before the end.
    std::optional<Record> next();
    std::uint64_t at() const noexcept { return at_; }

private:
    InputFile* file_;
    std::uint64_t at_;
    std::uint64_t end_;
};

}  // namespace handoff::apps::mcap
