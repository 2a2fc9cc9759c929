// handoff: observes channels, topics and latest values without taking part.
//
// An Observer maps a segment read-only, takes no lock, no slot and no place in the table of participants. It works on a
// segment whose users are all dead. It may be killed at any moment without effect on the others. It is not notified: to
// see changes, read again.
// Reports are not snapshots: other processes write meanwhile, and each number is read at its own moment.
//
// Only clean() and remove() change anything.
#pragma once

#include <handoff/channel.hpp>
#include <handoff/error.hpp>
#include <handoff/export.hpp>
#include <handoff/image.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::inspect {

enum class Kind : std::uint8_t { channel = 1, topic = 2, latest = 3 };
/// "channel", "topic", "latest".
HANDOFF_EXPORT const char* to_string(Kind kind) noexcept;

/// A writer writes and reads a latest value. None: an opener that only checks whether it could replace the segment.
enum class Role : std::uint8_t { none, sender, receiver, publisher, subscriber, writer };
/// "sender", "receiver", ...
HANDOFF_EXPORT const char* to_string(Role role) noexcept;

/// Stopped: by a signal or a debugger; it is alive and keeps what it holds. Dead: what it holds is given back by the
/// next process that waits on the segment, or by clean().
enum class Life : std::uint8_t { alive, stopped, dead };
/// "alive", "stopped", "dead".
HANDOFF_EXPORT const char* to_string(Life life) noexcept;

/// A histogram of durations in 128 buckets, four per power of two, from 128 ns to 7 minutes; log-linear, as in
/// HdrHistogram. The error of a value is at most an eighth.
class HANDOFF_EXPORT LatencyHistogram {
public:
    static constexpr std::size_t buckets = 128;

    /// The number of values.
    std::uint64_t count() const noexcept;
    /// The middle of the bucket with the value that `percent` (0 to 100) of all do not exceed; 0 if empty.
    std::chrono::nanoseconds percentile(double percent) const noexcept;
    /// The values added since `earlier`, an older reading of the same histogram.
    LatencyHistogram since(const LatencyHistogram& earlier) const noexcept;
    /// Adds the values of another one.
    LatencyHistogram& operator+=(const LatencyHistogram& other) noexcept;

    /// Values in bucket i lie from lower_bound(i) up to, not including, lower_bound(i + 1). REQUIRES: i <= buckets
    static std::chrono::nanoseconds lower_bound(std::size_t bucket) noexcept;
    std::array<std::uint64_t, buckets> counts{};  ///< values, by bucket
};

/// A participant, alive or dead and not yet recovered.
struct Participant {
    std::uint32_t index;
    std::uint64_t id;  ///< never used twice in the life of the segment; SenderId of a sender
    Role role;
    Life life;
    std::uint32_t pid;    ///< in its own pid namespace
    std::uint32_t uid;    ///< user
    std::string program;  ///< base name of the executable, or of the script under Python or Node.js; at most 31 bytes
    std::chrono::nanoseconds attached_for;

    // Since it joined:
    std::uint64_t messages;  ///< sent, taken, published, copied, or written
    std::uint64_t bytes;     ///< of their payloads
    std::uint64_t finished;  ///< answers received, or given
    std::uint64_t failed;    ///< of these: failed or given up
    std::uint64_t returned;  ///< withdrawn, or given back
    std::uint64_t timeouts;
    std::uint64_t lost;           ///< of a subscriber: overwritten before it read them
    std::uint32_t waiting;        ///< threads of a receiver that wait for a message now
    std::uint32_t reserved_pins;  ///< of a subscriber
    // Handles with Timestamps::coarse do not measure.
    /// Receiver: from sent to taken. Subscriber: from published to taken. Sender: from sent to answered.
    LatencyHistogram delay;
    /// Receiver: from taken to answered, if the sender waits for the answer.
    LatencyHistogram work;
};

/// A former participant: it left, or died and was recovered, and its place has not been taken since. Its role is no
/// longer known.
struct FormerParticipant {
    std::uint32_t pid;
    std::string program;
};

enum class SlotState : std::uint8_t { free, loaned, ready, taken, processed, failed, given_up, published };
/// "free", "loaned", "ready", ...
HANDOFF_EXPORT const char* to_string(SlotState state) noexcept;

struct Slot {
    std::uint32_t index;
    SlotState state;
    std::optional<std::uint32_t> owner;    ///< index of the participant that holds it
    std::vector<std::uint32_t> pinned_by;  ///< of a topic: participants that have it pinned
    bool kept;                             ///< of a topic or latest value: still in its history
    /// Time in that state; of a ready one: since it was sent; of a loan from a latest value, which lasts as long as a
    /// copy: 0.
    std::chrono::nanoseconds since;
    std::uint64_t bytes;  ///< of the payload
    Image image;          ///< their description, an Array's, too; Encoding::none: plain bytes
    std::uint64_t sequence;
    std::uint64_t sender;  ///< id of the participant that sent it
    std::uint32_t deliveries;
};

struct Report {
    std::string name;
    Kind kind;
    std::uint32_t layout_version;
    std::uint64_t instance;  ///< random: distinguishes it from others of the same name
    std::uint64_t segment_bytes;
    std::chrono::system_clock::time_point created_at;
    std::uint32_t creator_pid;
    std::uint32_t owner_uid, owner_gid, mode;  ///< of the file

    std::uint64_t payload_bytes, reply_bytes;  ///< capacity of one message
    std::uint32_t participant_places;
    std::uint32_t max_deliveries;              ///< of a channel
    bool in_place;                             ///< of a channel
    std::uint32_t history, loans, pin_budget;  ///< of a topic
    Sync sync;
    Lifetime lifetime;

    std::uint64_t newest;                                    ///< of a topic or latest value: number published
    std::uint64_t redelivered, given_up, failed, withdrawn;  ///< of a channel, since it was created
    std::optional<std::chrono::nanoseconds> newest_age;  ///< since the newest message was sent; none: no message yet

    std::vector<Participant> participants;  ///< by index
    std::vector<FormerParticipant> former;  ///< the latest to join first
    std::vector<Slot> slot_list;            ///< all of them, by index
};

/// The description of a copied message; its bytes are in the caller's buffer.
using Copied = handoff::Copied;

/// Observes one segment of any kind. Movable. Thread safety: one thread at a time.
class HANDOFF_EXPORT Observer {
public:
    /// Maps the segment. `start`: where copy_next() begins. Throws Error: no_such_segment, permission_denied,
    /// wrong_version (naming the version), not_a_segment, damaged, invalid_argument (the name).
    explicit Observer(std::string_view name, Start start = Start::next);
    Observer(Observer&&) noexcept;
    Observer& operator=(Observer&&) noexcept;
    ~Observer();

    // These five throw Error(invalid_handle) after a move.
    /// Of the segment. Fixed.
    Kind kind() const;
    /// Of the segment, as given. Valid while the Observer lives.
    const std::string& name() const;
    /// Reads all there is. Throws Error(damaged) if the file was truncated and handle_sigbus() was called; otherwise
    /// SIGBUS ends this process.
    Report report() const;
    /// How many bytes of the segment lie on large pages of 2 MiB, as a process finds it that has just mapped it. Takes
    /// some milliseconds per GB, so it is no part of the report. 0 if the kernel does not tell, or the file has holes.
    std::uint64_t large_page_bytes() const;
    /// False once the name was removed, or belongs to another segment: open a new Observer then.
    bool is_current() const;

    /// Of a topic or latest value: copies the oldest message that this observer has not seen into `buffer`, which grows
    /// as needed. Copied::lost counts what was overwritten in between. Errors: empty; timed_out (overwritten during a
    /// thousand copies); damaged; invalid_argument for a channel, whose messages belong to its receivers;
    /// invalid_handle.
    result<Copied> copy_next(std::vector<std::byte>& buffer);
    /// Copies the newest message, seen or not; of a channel the payload sent last, if no sender has begun to overwrite
    /// it. Errors: empty; timed_out; damaged; invalid_handle.
    result<Copied> copy_newest(std::vector<std::byte>& buffer);

private:
    class View;
    View& usable() const;
    std::unique_ptr<View> view_;
};

/// A file with the name of a segment, whatever its content.
struct Found {
    std::string name;
    std::string path;
    std::uint64_t file_bytes;
    std::uint32_t owner_uid, owner_gid, mode;
};
/// All whose name matches the shell pattern `glob` (*, ?, [...]), sorted by name. Throws Error(system).
HANDOFF_EXPORT std::vector<Found> find(const std::string& glob = "*");

/// "; did you mean 'frames'?" if no segment has this name and one has a similar name; "" otherwise.
HANDOFF_EXPORT std::string did_you_mean(std::string_view name);
/// The same for other words: "; did you mean 'info'?" if `word` is not in `known` and resembles one of them.
HANDOFF_EXPORT std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

/// What clean() did, or would do.
struct Cleaned {
    std::uint32_t recovered;  ///< dead participants whose slots were given back
    bool removed;
    std::string kept_because;  ///< why the segment was not removed; "" if it was
};
/// Gives back what dead participants hold. Removes the segment if no live process uses it, nothing in it is unread and
/// it is not persistent. `dry_run`: changes nothing, returns what it would do. Errors: see Observer; system.
HANDOFF_EXPORT result<Cleaned> clean(std::string_view name, bool dry_run = false);

/// Removes the segment with all messages, of any layout or none. With `force` also while live processes use it: those
/// keep their mapping, meet no new participants, and their waits return Errc::removed. Errors: no_such_segment;
/// permission_denied; not_a_segment (no regular file, without `force`); mismatch (in use by a live process, without
/// `force`); timed_out.
HANDOFF_EXPORT result<void> remove(std::string_view name, bool force = false);

/// A process that still has a removed segment mapped.
struct RemovedInUse {
    std::string name;
    std::uint32_t pid;
    std::string program;  ///< printable
};
/// Those that this user may see, sorted by name and process.
HANDOFF_EXPORT std::vector<RemovedInUse> removed_in_use();

/// Bytes of the segment that a channel of that shape needs. Errors: invalid_argument.
HANDOFF_EXPORT result<std::uint64_t> segment_bytes(const ChannelShape& shape);
/// Of a topic.
HANDOFF_EXPORT result<std::uint64_t> segment_bytes(const TopicShape& shape);
/// Of a latest value.
HANDOFF_EXPORT result<std::uint64_t> segment_bytes(const LatestShape& shape);

/// The available shared memory. UINT64_MAX: there is no such limit, or it cannot be read.
struct Memory {
    std::string directory;  ///< where segments live
    std::uint64_t total_bytes, free_bytes;
    std::uint64_t ram_available_bytes;
    std::uint64_t cgroup_available_bytes;
};
/// At this moment.
HANDOFF_EXPORT Memory memory();
/// Checks that so many bytes are available. Errors: no_space; the message says what to do.
HANDOFF_EXPORT result<void> fits(std::uint64_t segment_bytes);

/// Which segments a creator moves to large pages of 2 MiB.
struct LargePages {
    bool can_move;                     ///< the kernel knows how: Linux 6.1 and newer
    std::uint64_t least_bytes;         ///< smaller segments lie on small pages
    std::uint64_t most_bytes_unasked;  ///< larger ones are moved with `prefault` only
};
/// On this machine.
HANDOFF_EXPORT LargePages large_pages() noexcept;

/// The layout that this build of handoff reads and writes.
HANDOFF_EXPORT std::uint32_t layout_version() noexcept;

}  // namespace handoff::inspect
