// Names of frames: they become names of files, and fit into what a frame carries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace handoff::apps {

/// "pattern-000042". From a million on there are more digits, so that only an order by value (`ls -v`) is right.
std::string numbered(std::string_view name, std::uint64_t number);

/// How much of `text` fits into so many bytes without half a character of UTF-8 at its end.
std::size_t bytes_of_whole_characters(std::string_view text, std::size_t at_most) noexcept;

/// The name itself, or its beginning and its end with "..." between them, in at most so many bytes (4 at least) and
/// without half a character of UTF-8: the numbers that distinguish frames are at the end.
std::string shortened(std::string_view name, std::size_t at_most);

/// True if a list of files shows `left` first: numbers in names count by their value, img_999999 before img_1000000.
bool comes_before(std::string_view left, std::string_view right) noexcept;

}  // namespace handoff::apps
