// Names from other processes, made safe for a terminal, a log or JSON.
#pragma once

#include <string>
#include <string_view>

namespace handoff::detail::platform {

/// UTF-8 without control characters: each of those, and each byte that is no UTF-8, becomes '?'. A character that was
/// cut in half at the end is left out.
std::string printable(std::string_view text);

}  // namespace handoff::detail::platform
