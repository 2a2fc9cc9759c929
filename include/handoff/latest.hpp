// handoff latest: one value. Readers get the newest, always whole, and never wait for a writer.
//
//   struct Pose { double x, y, heading; };
//   handoff::Latest<Pose> pose("pose");
//   pose.write({1.0, 2.0, 0.5}).value();
//
//   handoff::Latest<Pose> seen("pose", {.open = handoff::Open::attach, .attach_timeout = 5s});
//   auto newest = seen.wait_newer(1s);                   // newest->value, newest->sequence, newest->written_at
//
// Thread safety: any number of threads may use one handle; the position of wait_newer() is kept per handle.
// Death: a writer that is killed during a write leaves the value before; the others go on. Readers hold nothing.
// Removal: if its name was removed (rm, `handoff rm --force`, logind), a wait for a newer value returns `removed`. A
//   newer value that is available is returned first. Open it again to meet new handles.
// Ordering: a reader of a value sees everything that its writer did before write(). All writers share one sequence.
// Fork: a child inherits no handle. Every call on one there fails with invalid_handle; destroying one does nothing.
#pragma once

#include <handoff/error.hpp>
#include <handoff/export.hpp>
#include <handoff/options.hpp>
#include <handoff/transferable.hpp>
#include <handoff/wait.hpp>
#include <handoff/wait_any.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace handoff {

namespace detail::latest {
class Cell;
}

/// The shape of a latest value: a new one is created with it, an existing one must offer at least this (see
/// <handoff/options.hpp>). A field that is not given asks for nothing; a new value gets the default.
struct LatestShape {
    // generated from describe/handoff.toml: LatestShape
    /// capacity of the value; without it nothing is created (1 or more; at least)
    std::optional<std::size_t> capacity_bytes{};
    /// handles that may write, attached at once; read_only ones do not count (2 to 64; default 16; at least)
    std::optional<std::uint32_t> participants{};
    std::optional<Sync> sync{};          ///< on what the processes sleep (default futex; equal)
    std::optional<Lifetime> lifetime{};  ///< when the name is removed (default until_last_leaves; set by the creator)
    /// rights, octal as in chmod; the umask does not change them (default 0600; set by the creator)
    std::optional<std::uint32_t> mode{};
    std::optional<std::string> group{};  ///< name of the group that owns it (default the creator's; set by the creator)
    // end of generated
};

/// HandleOptions, and the options of latest values only.
struct LatestOptions {
    // As HandleOptions:
    // generated from describe/handoff.toml: HandleOptions
    Open open = Open::create_or_attach;  ///< create, attach, or both
    /// how long to wait for a segment that does not exist yet and may not be created here (0 or negative: not at all;
    /// std::chrono::nanoseconds::max(): for ever)
    std::chrono::nanoseconds attach_timeout{0};
    std::stop_token attach_stop{};              ///< ends that wait: opening fails with stopped
    WaitPolicy wait = WaitPolicy::balanced;     ///< how this handle waits
    Timestamps timestamps = Timestamps::exact;  ///< how exact this handle's timestamps are
    bool prefault = false;                      ///< map all pages when opening: a slower start, no page faults later
    // end of generated

    // generated from describe/handoff.toml: LatestOptions
    /// Maps the segment without write access (the kernel enforces it) and takes no place in the table. Such a handle
    /// cannot be notified: a wait polls once a millisecond. It never removes the name: if it is the last to leave, the
    /// name stays until another handle is opened and closed.
    bool read_only = false;
    // end of generated
};

/// The shape of an open latest value.
struct LatestInfo {
    // generated from describe/handoff.toml: LatestInfo
    std::string name;
    std::size_t capacity_bytes;
    std::uint32_t participants;
    Sync sync;
    Lifetime lifetime;
    std::uint32_t mode;      ///< rights of the segment's file, octal as in chmod
    std::string group;       ///< group of the segment's file; its number where it has no name
    std::uint64_t instance;  ///< random: distinguishes this segment from others of the same name
    // end of generated
};

/// The result of a read, beside the bytes.
struct Reading {
    std::size_t size;        ///< bytes of the value
    std::uint64_t sequence;  ///< counts the writes from 1, over all writers
    std::chrono::steady_clock::time_point written_at;
};

/// The newest bytes, up to a capacity.
class HANDOFF_EXPORT LatestBytes {
public:
    /// Opens the latest value `name`. Names and errors as for Sender::Sender. A read_only one attaches only, whatever
    /// the shape; with Open::create it is invalid_argument.
    LatestBytes(std::string_view name, const LatestShape& shape, const LatestOptions& options = {});
    /// Without a shape: attaches to an existing segment of any shape, and never creates.
    explicit LatestBytes(std::string_view name, const LatestOptions& options = {});
    LatestBytes(LatestBytes&&) noexcept;
    LatestBytes& operator=(LatestBytes&&) noexcept;
    ~LatestBytes();

    /// Makes `value` the newest; returns its sequence. Never waits. Errors: too_large, full (more concurrent writes
    /// than `participants`), invalid_argument (read_only), damaged, invalid_handle.
    result<std::uint64_t> write(std::span<const std::byte> value);
    /// Copies the newest value into `buffer`. Never waits. Errors: empty (no value was written yet), too_large (the
    /// buffer), timed_out (overwritten during each of a thousand copies), damaged, invalid_handle.
    result<Reading> read(std::span<std::byte> buffer) const;
    /// Waits for a value newer than the last one this handle read, and copies it. Errors: timed_out, stopped, removed,
    /// otherwise as read().
    result<Reading> wait_newer(std::span<std::byte> buffer, const Wait& wait = {});
    /// True if wait_newer() would return at once.
    bool has_newer() const noexcept;

    /// For wait_any(). Throws Error(invalid_handle).
    Waitable waitable() const;
    /// A descriptor that is readable while has_newer(); see Receiver::descriptor(). Throws Error: invalid_handle,
    /// system.
    int descriptor() const;
    /// Of the latest value. Throws Error(invalid_handle).
    LatestInfo info() const;

private:
    std::shared_ptr<detail::latest::Cell> cell_;
};

/// A value of T with its sequence and time.
template <class T>
struct Stamped {
    T value;
    std::uint64_t sequence;  ///< counts the writes from 1, over all writers
    std::chrono::steady_clock::time_point written_at;
};

/// The newest T. A value of another size is `mismatch`.
template <Transferable T>
class Latest {
public:
    /// As LatestBytes::LatestBytes. T gives the size: it may also create without a shape.
    Latest(std::string_view name, const LatestShape& shape, const LatestOptions& options = {})
        : bytes_(name, sized(shape), options) {}
    /// The same with the defaults of LatestShape.
    explicit Latest(std::string_view name, const LatestOptions& options = {}) : Latest(name, LatestShape{}, options) {}

    /// As LatestBytes::write.
    result<std::uint64_t> write(const T& value) { return bytes_.write(std::as_bytes(std::span(&value, 1))); }
    /// As LatestBytes::read.
    result<Stamped<T>> read() const {
        T value{};
        return stamped(value, bytes_.read(std::as_writable_bytes(std::span(&value, 1))));
    }
    /// As LatestBytes::wait_newer.
    result<Stamped<T>> wait_newer(const Wait& wait = {}) {
        T value{};
        return stamped(value, bytes_.wait_newer(std::as_writable_bytes(std::span(&value, 1)), wait));
    }
    /// As LatestBytes::has_newer.
    bool has_newer() const noexcept { return bytes_.has_newer(); }
    /// For wait_any(). Throws Error(invalid_handle).
    Waitable waitable() const { return bytes_.waitable(); }
    /// As LatestBytes::descriptor.
    int descriptor() const { return bytes_.descriptor(); }
    /// As LatestBytes::info.
    LatestInfo info() const { return bytes_.info(); }
    /// The untyped handle, for everything else.
    LatestBytes& untyped() noexcept { return bytes_; }

private:
    static LatestShape sized(LatestShape shape) {
        shape.capacity_bytes = sizeof(T);
        return shape;
    }
    static result<Stamped<T>> stamped(const T& value, const result<Reading>& reading) {
        const bool too_large = !reading && reading.error() == Errc::too_large;
        if (!reading && !too_large) return reading.error();
        if (too_large || reading->size != sizeof(T))
            return Failure(Errc::mismatch,
                           "the value has not the size of the expected type: writer and reader disagree");
        return Stamped<T>{value, reading->sequence, reading->written_at};
    }

    LatestBytes bytes_;
};

}  // namespace handoff
