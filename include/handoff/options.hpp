// handoff: the options that all patterns share.
//
// To open takes two things. A shape (ChannelShape, TopicShape, LatestShape) says what the segment is: create it so, or
// attach to one that can do at least this. HandleOptions say how this handle opens it and behaves.
//
//   handoff::Sender sender("frames", {.slot_count = 8, .payload_bytes = 6'220'800});     // a shape: may create
//   handoff::Receiver receiver("frames", {.attach_timeout = 10s});                       // none: attaches only
//
// A field of a shape that is not given asks for nothing: an existing segment may have anything there, a new one gets
// the default. Sizes and counts of an existing segment must be at least what was asked for; in_place and max_deliveries
// must be equal. A segment that cannot do it is replaced if nobody lives there, nothing in it is unread and it is not
// persistent; otherwise opening it is `mismatch`, and the message names each field with both values. lifetime, mode and
// group are decided by the creator alone: to ask for others is no error, info() tells what they are.
#pragma once

#include <handoff/wait.hpp>

#include <chrono>
#include <cstdint>
#include <stop_token>

namespace handoff {

/// What to do about the name.
enum class Open : std::uint8_t {
    create_or_attach,  ///< attach to what is there, create what is not (default); to create it needs a size
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

/// How a handle opens a segment and behaves: the same for all patterns. Can be kept and used again: attach_timeout
/// counts anew from each opening.
struct HandleOptions {
    Open open = Open::create_or_attach;
    /// How long to wait for a segment that does not exist yet and may not be created here. Negative: as 0, not at all;
    /// std::chrono::nanoseconds::max(): for ever.
    std::chrono::nanoseconds attach_timeout{0};
    std::stop_token attach_stop{};              ///< ends that wait: the constructor throws Error(stopped)
    WaitPolicy wait = WaitPolicy::balanced;     ///< how this handle waits
    Timestamps timestamps = Timestamps::exact;  ///< that this handle writes
    bool prefault = false;                      ///< map all pages when opening: no page fault later, a slower start
};

namespace detail {
/// The part of a pattern's own options that all patterns share.
template <class Options>
HandleOptions handle_options(const Options& options) {
    return {options.open, options.attach_timeout, options.attach_stop,
            options.wait, options.timestamps,     options.prefault};
}
}  // namespace detail

}  // namespace handoff
