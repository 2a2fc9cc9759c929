// handoff: the options that all patterns share.
//
// Opening takes two things. A shape (ChannelShape, TopicShape, LatestShape) describes the segment: a new one is created
// with it, an existing one must offer at least this. HandleOptions describe how this handle opens it and behaves.
//
//   handoff::Sender sender("frames", {.slot_count = 8, .payload_bytes = 6'220'800});     // a shape: may create
//   handoff::Receiver receiver("frames", {.attach_timeout = 10s});                       // none: attaches only
//
// A field of a shape that is not given asks for nothing: an existing segment may have any value, a new one gets the
// default. Sizes and counts of an existing segment must be at least what was asked for; in_place, max_deliveries
// and sync must be equal. A segment that does not fit is replaced if no live process uses it, nothing in it is unread
// and it is not persistent; otherwise opening fails with `mismatch`, and the message names each field with both values.
// lifetime, mode and group are set by the creator alone: asking for others is no error, info() returns the real ones.
#pragma once

#include <handoff/wait.hpp>

#include <chrono>
#include <cstdint>
#include <stop_token>

namespace handoff {

/// Create, attach, or both.
enum class Open : std::uint8_t {
    // generated from describe/handoff.toml: Open
    create_or_attach,  ///< attach if it exists, otherwise create it, which needs a size (default)
    create,            ///< fail with already_exists if the name exists, even if no process uses it
    attach,            ///< fail with no_such_segment if it does not exist
    // end of generated
};

/// When the segment's name is removed.
enum class Lifetime : std::uint8_t {
    // generated from describe/handoff.toml: Lifetime
    until_last_leaves,  ///< by the last participant that leaves, unless something is still unread (default)
    persistent,         ///< by hand, or when the machine restarts
    // end of generated
};

/// On what the processes of a segment sleep. A property of the segment, chosen when it is created.
enum class Sync : std::uint8_t {
    // generated from describe/handoff.toml: Sync
    futex,  ///< a word that no death can break (default)
    /// Boost's interprocess_mutex and interprocess_condition, the classic design, to compare and to teach. A process
    /// that is killed while it holds one, or sleeps on one, can make all others hang for ever, `handoff clean` too, and
    /// so can arbitrary bytes. Every notification wakes all. Stops and wait_any are served each millisecond,
    /// descriptors too, but one that is idle each tenth of a second.
    boost,
    // end of generated
};

/// How exact the timestamps of messages are.
enum class Timestamps : std::uint8_t {
    // generated from describe/handoff.toml: Timestamps
    exact,  ///< to a microsecond, mostly to 0.1 us (default)
    /// to a few milliseconds: cheaper where exact ones cannot come from the cycle counter; keeps no histograms
    coarse,
    // end of generated
};

/// How a handle opens a segment and behaves: the same for all patterns. Reusable: attach_timeout starts anew with each
/// opening.
struct HandleOptions {
    // generated from describe/handoff.toml: HandleOptions
    Open open = Open::create_or_attach;  ///< create, attach, or both
    /// how long to wait for a segment that does not exist yet and may not be created here (0 or negative: not at all;
    /// std::chrono::nanoseconds::max(): for ever)
    std::chrono::nanoseconds attach_timeout{0};
    std::stop_token attach_stop{};              ///< ends that wait: opening fails with stopped
    WaitPolicy wait = WaitPolicy::balanced;     ///< how this handle waits
    Timestamps timestamps = Timestamps::exact;  ///< how exact this handle's timestamps are
    bool prefault = false;                      ///< map all pages when opening: a slower start, no page faults later
    /// what this handle receives lies in a second, read-only mapping of the segment, so that the kernel ends a process
    /// that writes there
    bool protect_payloads = false;
    // end of generated
};

namespace detail {
/// The part of a pattern's own options that all patterns share.
template <class Options>
HandleOptions handle_options(const Options& options) {
    HandleOptions made;
    // generated from describe/handoff.toml: copies HandleOptions
    made.open = options.open;
    made.attach_timeout = options.attach_timeout;
    made.attach_stop = options.attach_stop;
    made.wait = options.wait;
    made.timestamps = options.timestamps;
    made.prefault = options.prefault;
    made.protect_payloads = options.protect_payloads;
    // end of generated
    return made;
}
}  // namespace detail

}  // namespace handoff
