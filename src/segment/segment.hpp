// A named piece of shared memory: created whole, checked on attach, removed by the last one out.
//
// Locks on bytes of its own file say who uses it. Byte 0 means "in use": everybody attached shares it, whoever holds it
// exclusively is alone and may remove. Bytes 1, 2, ... are the participants' signs of life. The locks belong to a
// descriptor of their own, opened beside the one that is mapped.
//
// Protocol: attach = open the file -> open it again for the locks -> share byte 0 -> does the name still name it? ->
//   check it -> map it. As long as byte 0 is shared nobody removes the name, but by force. A segment is filled before
//   it gets its name: a half-made one is never visible. Remove = hold byte 0 exclusively -> does the name still name
//   it? -> remove the name.
// Death: killed anywhere, the kernel drops the locks; a nameless file vanishes; a segment of which everybody died is
//   attached, recovered and used like any other.
// Fork: the mapping is not inherited, the lock descriptor is closed in the child.
#pragma once

#include <handoff/error.hpp>
#include <handoff/options.hpp>
#include <handoff/wait.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "platform/bus_error.hpp"
#include "platform/descriptor.hpp"
#include "platform/lock_file.hpp"
#include "platform/shm_file.hpp"
#include "segment/geometry.hpp"

namespace handoff::detail::segment {

/// The byte of the segment file that everybody attached shares a lock on; participant p holds byte 1 + p.
inline constexpr std::uint64_t in_use_byte = 0;

/// What to do about the name; the public enum Open says the same.
enum class OpenMode { create_or_attach, create, attach };

/// Without sizes nothing can be created, whatever was asked for.
constexpr OpenMode mode_for(Open open, bool has_sizes) noexcept {
    if (!has_sizes || open == Open::attach) return OpenMode::attach;
    return open == Open::create ? OpenMode::create : OpenMode::create_or_attach;
}

inline constexpr std::uint32_t default_mode = 0600;
/// Rights that make sense for a segment. Errors: invalid_argument.
result<void> check_mode(std::uint32_t mode);

/// The counts that an existing segment's header claims, before anything is believed.
struct ClaimedShape {
    std::uint32_t participant_count;
    std::uint32_t slot_count;
    std::uint64_t payload_bytes;
    std::uint64_t reply_bytes;
    std::uint64_t settings;
};

struct OpenRequest {
    std::string name;
    OpenMode mode = OpenMode::attach;
    Wait attach_wait = Deadline::now();  ///< for a segment that does not exist
    Blueprint blueprint;  ///< of the segment to create; kind and fingerprint are also what an existing one must have
    std::string_view size_field;  ///< what was not given, so that it cannot be created here; empty: it may not anyway
    std::uint32_t file_mode = default_mode;
    std::string group;
    bool read_only = false;  ///< map without write access; attach only, never the one who removes
    bool prefault = false;   ///< map all pages at once
    /// The blueprint that claimed numbers would have, or nothing to believe: kind and fingerprint unset means
    /// "nonsense".
    std::function<Blueprint(const ClaimedShape&)> blueprint_of;
    /// Places everything but the header into zeroed memory.
    std::function<void(std::byte*, const Geometry&)> initialise;
};

/// A mapped segment and its locks. Movable; one per participant.
class Segment {
public:
    /// Attaches or creates. Throws Error: see Sender::Sender.
    static Segment open(const OpenRequest& request);
    /// Maps an existing segment read-only and does not say "in use": nobody waits for us, nobody notices us, and the
    /// name may go at any moment. Throws Error: see open().
    static Segment observe(OpenRequest request);
    /// Checks and maps `file`. The caller shares byte 0 of `locks`, which is the same file opened once more. Throws
    /// Error: not_a_segment, wrong_version, wrong_kind, damaged, no_space.
    Segment(std::string name, platform::LockFile locks, platform::Descriptor file, const OpenRequest& request);

    Segment(Segment&&) noexcept;
    Segment& operator=(Segment&&) = delete;
    /// Unmaps and drops "in use". In a child of fork: forgets both without touching them.
    ~Segment();

    std::byte* base() const noexcept { return base_; }
    const Geometry& geometry() const noexcept { return geometry_; }
    platform::LockFile& locks() noexcept { return locks_; }
    const std::string& name() const noexcept { return name_; }
    /// Drawn at random when the segment was made, from our own copy of the header.
    std::uint64_t instance() const noexcept { return instance_; }
    /// Rights and group of the file when we opened it.
    std::uint32_t file_mode() const noexcept { return file_mode_; }
    std::uint32_t group_id() const noexcept { return group_id_; }
    const SegmentHeader& header() const noexcept { return *reinterpret_cast<const SegmentHeader*>(base_); }
    /// The word that says when somebody looked after the dead last. Not of a read-only mapping.
    sync::SharedWord& looked() const noexcept { return reinterpret_cast<SegmentHeader*>(base_)->looked; }
    /// How many participants there were then. Not of a read-only mapping.
    std::atomic<std::uint32_t>& crowd() const noexcept { return reinterpret_cast<SegmentHeader*>(base_)->crowd; }
    platform::FileStatus file_status() const { return platform::status_of(file_.get()); }

    /// Somebody cut the file short, and what was missing was touched; private zeros are there now. Always false without
    /// survive_truncation(): such a touch is the end of the process then.
    bool was_cut_short() const noexcept { return watched_ != nullptr && watched_->was_cut_short(); }
    /// Looks whether the file has lost its name, which only force can do while somebody is attached. A system call.
    bool was_removed() const noexcept;

    /// Gives "in use" up and, if nobody else has it and `disposable()` agrees, removes the name. True if removed.
    bool leave(const std::function<bool()>& disposable) noexcept;

private:
    struct Mapping;
    void check(const OpenRequest& request, std::uint64_t file_bytes);

    std::string name_;
    platform::LockFile locks_;
    platform::Descriptor file_;
    std::unique_ptr<Mapping> mapping_;
    const platform::WatchedMapping* watched_ = nullptr;  ///< the mapping's
    std::byte* base_ = nullptr;
    Geometry geometry_;
    std::uint64_t instance_ = 0;
    std::uint32_t file_mode_ = 0;
    std::uint32_t group_id_ = 0;
    std::uint32_t fork_generation_ = 0;
};

/// What the segment of that name says it is; Kind::channel if it says nothing sensible (opening it tells why). Throws
/// Error: no_such_segment, permission_denied, not_a_segment, system.
Kind kind_of(const std::string& name);

/// A segment that is whole but has no name yet. Killed now, nothing of it stays.
class Draft {
public:
    /// Checks the limits, reserves the memory, fills it. Throws Error: no_space, permission_denied, invalid_argument,
    /// system.
    explicit Draft(const OpenRequest& request);
    /// Gives it its name. False if somebody else was faster.
    bool publish(const std::string& path) const;
    /// Takes its name away again, unless somebody uses it by now. The last thing that is done with a draft.
    void withdraw(const std::string& path) noexcept;
    /// Is `file` the one that was made here?
    bool is(const platform::Descriptor& file) const;

private:
    platform::Descriptor file_;
};

}  // namespace handoff::detail::segment
