// The first bytes of every segment, as other processes read them. Only structs, sizes and asserts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sync/shared_word.hpp"

namespace handoff::detail::segment {

inline constexpr char magic[8] = {'h', 'a', 'n', 'd', 'o', 'f', 'f', '\n'};
/// Grows with every change that older programs would misread.
inline constexpr std::uint32_t layout_version = 4;
inline constexpr std::size_t cache_line_bytes = 64;

enum class Kind : std::uint32_t { channel = 1, topic = 2, latest = 3 };

enum class SegmentState : std::uint32_t {
    ready = 1,
    retired = 2,  ///< its name was removed; whoever still has it mapped looks at the past
};

/// Invariants: everything but `state`, `looked` and `crowd` is constant from before the segment had a name. Offsets
/// follow from the counts and sizes (Geometry); they are stored so that foreign readers need no formula, and checked on
/// attach. Death: nobody writes here after creation, but the one who removes the name, and whoever looks after the
/// dead: a word that its mover left behind is a tick old soon, and moved by the next one.
struct SegmentHeader {
    char magic[8];
    std::uint32_t layout_version;
    std::uint32_t kind;
    std::uint64_t fingerprint;  ///< of every struct of the pattern; see Blueprint
    std::uint64_t segment_bytes;
    std::uint32_t participant_count;
    std::uint32_t slot_count;
    std::uint64_t payload_bytes;
    std::uint64_t reply_bytes;
    std::uint64_t participants_offset;
    std::uint64_t control_offset;
    std::uint64_t slots_offset;
    std::uint64_t slot_stride;
    std::uint64_t settings;   ///< small options of the pattern, in its own encoding
    std::uint64_t instance;   ///< drawn at random when it was made: tells it from others that have had its name
    std::int64_t created_ns;  ///< nanoseconds since 1970, UTC
    std::uint32_t creator_pid;
    std::atomic<std::uint32_t> state;  ///< SegmentState
    sync::SharedWord looked;           ///< when somebody looked after the dead last; see participants::LookSchedule
    std::atomic<std::uint32_t> crowd;  ///< how many participants were there then; a hint, any value is good
    std::uint32_t unused;
};
static_assert(sizeof(SegmentHeader) == 136 && offsetof(SegmentHeader, state) == 116,
              "other programs read this; a change needs a new layout_version");

}  // namespace handoff::detail::segment
