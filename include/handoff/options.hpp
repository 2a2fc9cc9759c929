// handoff: the options that all patterns share.
#pragma once

#include <cstdint>

namespace handoff {

/// What to do about the name.
enum class Open : std::uint8_t {
    create_or_attach,  ///< attach to what is there, create what is not (default)
    create,            ///< refuse with already_exists where that name exists, even if nobody uses it
    attach,            ///< refuse with no_such_segment where nothing is there
};

/// When the segment's name goes away.
enum class Lifetime : std::uint8_t {
    until_last_leaves,  ///< the last to leave removes it, unless something is still unread (default)
    persistent,         ///< stays until it is removed by hand or the machine restarts
};

/// How exact the times of messages are.
enum class Timestamps : std::uint8_t {
    exact,   ///< to the nanosecond (default)
    coarse,  ///< to a few milliseconds, for a quarter of the price: for millions of messages a second
};

}  // namespace handoff
