// A named piece of shared memory: created whole, checked on attach, removed by the last one that leaves.
//
// Locks on bytes of its own file show its users. Byte 0 means "in use": every attached participant shares it; a process
// that holds it exclusively is alone and may remove the name. Bytes 1, 2, ... are the participants' life bytes. The
// locks belong to a descriptor of their own, opened beside the mapped one.
//
// Protocol: attach = open the file -> open it again for the locks -> share byte 0 -> does the name still name it? ->
//   check it -> map it. As long as byte 0 is shared the name is not removed, except by force. A segment is filled
//   before it gets its name: a half-made one is never visible. Remove = hold byte 0 exclusively -> does the name still
//   name it? -> remove the name.
// Death: whenever a process is killed, the kernel releases its locks; an unnamed file vanishes; a segment whose users
//   are all dead is attached, recovered and used like any other.
// Fork: the mappings are not inherited, the lock descriptor is closed in the child.
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

#include "platform/descriptor.hpp"
#include "platform/lock_file.hpp"
#include "platform/shm_file.hpp"
#include "platform/watched_mapping.hpp"
#include "segment/geometry.hpp"

namespace handoff::detail::segment {

/// The byte of the segment file that every attached participant shares a lock on; participant p holds byte 1 + p.
inline constexpr std::uint64_t in_use_byte = 0;

/// The same as the public enum Open.
enum class OpenMode { create_or_attach, create, attach };

/// Without sizes nothing can be created, whatever `open` is.
constexpr OpenMode mode_for(Open open, bool has_sizes) noexcept {
    if (!has_sizes || open == Open::attach) return OpenMode::attach;
    return open == Open::create ? OpenMode::create : OpenMode::create_or_attach;
}

inline constexpr std::uint32_t default_mode = 0600;
/// Checks that the rights are valid for a segment. Errors: invalid_argument.
result<void> check_mode(std::uint32_t mode);

/// The counts in an existing segment's header, not yet checked.
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
    Blueprint blueprint;          ///< of the segment to create; an existing one must have its kind and fingerprint
    std::string_view size_field;  ///< the missing field that prevents creation; empty: creation is not allowed anyway
    std::uint32_t file_mode = default_mode;
    std::string group;
    bool read_only = false;  ///< map without write access; attach only, never remove
    bool prefault = false;   ///< map all pages at once
    /// The blueprint of the claimed numbers; kind and fingerprint unset if they are invalid.
    std::function<Blueprint(const ClaimedShape&)> blueprint_of;
    /// Places everything but the header into zeroed memory.
    std::function<void(std::byte*, const Geometry&)> initialise;
};

/// A mapped segment and its locks. Movable; one per participant.
class Segment {
public:
    /// Attaches or creates. Throws Error: see Sender::Sender.
    static Segment open(const OpenRequest& request);
    /// Maps an existing segment read-only without marking it "in use": no participant waits for this process or notices
    /// it, and the name may be removed at any time. Throws Error: see open().
    static Segment observe(OpenRequest request);
    /// Checks and maps `file`. The caller shares byte 0 of `locks`, which is the same file opened a second time. Throws
    /// Error: not_a_segment, wrong_version, wrong_kind, damaged, no_space.
    Segment(std::string name, platform::LockFile locks, platform::Descriptor file, const OpenRequest& request);

    Segment(Segment&&) noexcept;
    Segment& operator=(Segment&&) = delete;
    /// Drops "in use", and unmaps unless keep_mapped() was asked. In a child of fork: forgets both without touching
    /// them.
    ~Segment();

    std::byte* base() const noexcept { return base_; }
    /// Maps the file a second time, without write access, for what is given out to read: the kernel refuses a write
    /// there. Not of a read-only mapping. Throws Error(no_space).
    void add_read_only_mapping(bool prefault);
    /// Of the read-only mapping; base() if there is none.
    const std::byte* read_only_base() const noexcept { return read_only_base_; }
    const Geometry& geometry() const noexcept { return geometry_; }
    platform::LockFile& locks() noexcept { return locks_; }
    const std::string& name() const noexcept { return name_; }
    /// Random, from its creation; read from this process's copy of the header.
    std::uint64_t instance() const noexcept { return instance_; }
    /// Rights and group of the file when it was opened.
    std::uint32_t file_mode() const noexcept { return file_mode_; }
    std::uint32_t group_id() const noexcept { return group_id_; }
    const SegmentHeader& header() const noexcept { return *reinterpret_cast<const SegmentHeader*>(base_); }
    /// The time of the last check for the dead. Not of a read-only mapping.
    sync::SharedWord& looked() const noexcept { return reinterpret_cast<SegmentHeader*>(base_)->looked; }
    /// The number of participants then. Not of a read-only mapping.
    std::atomic<std::uint32_t>& crowd() const noexcept { return reinterpret_cast<SegmentHeader*>(base_)->crowd; }
    /// What turns the cycle counter into a time. Not of a read-only mapping.
    sync::StampScale& stamps() const noexcept { return reinterpret_cast<SegmentHeader*>(base_)->stamps; }
    platform::FileStatus file_status() const { return platform::status_of(file_.get()); }

    /// The file was truncated, and a missing page was touched; private zeros are there now. Always false without
    /// handle_sigbus(): such a touch then ends the process.
    bool was_cut_short() const noexcept { return watched_ != nullptr && watched_->was_cut_short(); }
    /// The flag that was_cut_short() reads.
    const std::atomic<bool>& cut_short() const noexcept {
        return watched_ != nullptr ? watched_->cut_short() : platform::WatchedMapping::never;
    }
    /// Checks whether the file has lost its name, which only force can do while a participant is attached. A system
    /// call.
    bool was_removed() const noexcept;

    /// Releases "in use" and, if no other process holds it and `disposable()` agrees, removes the name. True if
    /// removed.
    bool leave(const std::function<bool()>& disposable) noexcept;

private:
    friend std::shared_ptr<const void> keep_mapped(const void* address);
    struct Mapping;
    void check(const OpenRequest& request, std::uint64_t file_bytes);

    std::string name_;
    platform::LockFile locks_;
    platform::Descriptor file_;
    std::shared_ptr<Mapping> mapping_;
    const platform::WatchedMapping* watched_ = nullptr;  ///< the mapping's
    std::byte* base_ = nullptr;
    const std::byte* read_only_base_ = nullptr;
    Geometry geometry_;
    std::uint64_t instance_ = 0;
    std::uint32_t file_mode_ = 0;
    std::uint32_t group_id_ = 0;
};

/// Keeps the mappings of a segment, of which one has a byte at `address`, until the last copy of the result is gone,
/// although the Segment is. Null if no segment of this process is mapped there.
std::shared_ptr<const void> keep_mapped(const void* address);

/// The kind of the segment of that name; Kind::channel if it has no valid one (opening it tells why). Throws Error:
/// no_such_segment, permission_denied, not_a_segment, system.
Kind kind_of(const std::string& name);

/// A complete segment that has no name yet. If the process is killed now, nothing of it stays.
class Draft {
public:
    /// Checks the limits, reserves the memory, fills it. Throws Error: no_space, permission_denied, invalid_argument,
    /// system.
    explicit Draft(const OpenRequest& request);
    /// Links it under its name. False if another process was faster.
    bool publish(const std::string& path) const;
    /// Removes its name again, unless another process uses it by now. The last call on a draft.
    void withdraw(const std::string& path) noexcept;
    /// True if `file` is the one created here.
    bool is(const platform::Descriptor& file) const;

private:
    platform::Descriptor file_;
};

}  // namespace handoff::detail::segment
