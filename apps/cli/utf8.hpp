// Text in UTF-8, character by character.
#pragma once

#include <cstddef>
#include <string_view>

namespace handoff::apps {

/// Length of the well-formed character at the front; 0 if there is none. REQUIRES: !text.empty()
std::size_t utf8_length(std::string_view text) noexcept;
/// How many characters it has; a byte that belongs to none counts as one.
std::size_t characters_in(std::string_view text) noexcept;

}  // namespace handoff::apps
