// Words that a terminal may show.
#pragma once

#include <string>
#include <string_view>

namespace handoff::apps {

/// With '?' in the place of every control character but the newline, those of UTF-8 (U+0080 to U+009F) included: the
/// file name, or a word from another program, must not control the terminal.
std::string printable(std::string_view text);

}  // namespace handoff::apps
