// The header of every segment, as other processes read it. Only structs, sizes and asserts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sync/shared_word.hpp"
#include "sync/stamp_scale.hpp"

namespace handoff::detail::segment {

inline constexpr char magic[8] = {'h', 'a', 'n', 'd', 'o', 'f', 'f', '\n'};
/// Grows with every change that older programs would misread.
inline constexpr std::uint32_t layout_version = 5;
inline constexpr std::size_t cache_line_bytes = 64;

enum class Kind : std::uint32_t { channel = 1, topic = 2, latest = 3 };

enum class SegmentState : std::uint32_t {
    ready = 1,
    retired = 2,  ///< its name was removed; processes that still have it mapped meet no new ones
};

/// Invariants: everything but `state`, `looked`, `crowd` and `stamps` is constant from before the segment had a name. Offsets
/// follow from the counts and sizes (Geometry); they are stored so that foreign readers need no formula, and checked on
/// attach. Death: after creation only the process that removes the name and the one that checks for the dead write
/// here: a word left behind by a dead one is a tick old soon, and is then moved by the next one.
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
    std::uint64_t instance;   ///< random, from its creation: distinguishes it from others of the same name
    std::int64_t created_ns;  ///< nanoseconds since 1970, UTC
    std::uint32_t creator_pid;
    std::atomic<std::uint32_t> state;  ///< SegmentState
    sync::SharedWord looked;           ///< time of the last check for the dead; see participants::LookSchedule
    std::atomic<std::uint32_t> crowd;  ///< the number of participants then; a hint, any value is valid
    std::uint32_t unused;
    sync::StampScale stamps;  ///< of the cycle counter; see sync::StampClock
};
static_assert(sizeof(SegmentHeader) == 152 && offsetof(SegmentHeader, state) == 116,
              "other programs read this; a change needs a new layout_version");

}  // namespace handoff::detail::segment
