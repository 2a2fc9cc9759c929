// Finding, creating and attaching: the part of Segment that handles names and concurrent openers.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <stop_token>

#include "platform/clock.hpp"
#include "platform/futex.hpp"
#include "platform/large_pages.hpp"
#include "platform/memory_limits.hpp"
#include "platform/process.hpp"
#include "platform/random.hpp"
#include "platform/shm_file.hpp"
#include "segment/mapping.hpp"
#include "segment/name.hpp"
#include "segment/segment.hpp"
#include "sync/stop_signal.hpp"

namespace handoff::detail::segment {
namespace {

constexpr std::int64_t retry_ns = 2'000'000, longest_retry_ns = 50'000'000;
/// How long another process may hold "in use" exclusively before an error: removing takes microseconds, unless it is
/// stopped.
constexpr std::int64_t lock_timeout_ns = 5'000'000'000;

/// For an observer, which cannot create it.
[[noreturn]] void throw_nothing_to_see(const std::string& name) {
    throw Error(Errc::no_such_segment, "there is no '" + name + "' (" + segment_path(name) +
                                           " does not exist). `handoff ls` shows what there is");
}

class Opener {
public:
    explicit Opener(const OpenRequest& request) : request_(request), path_(segment_path(request.name)) {}

    Segment open() try {
        const std::int64_t start_ns = platform::now_ns();
        std::int64_t unblocked_ns = start_ns;
        for (;;) {
            blocked_ = false;
            if (auto segment = attempt()) return std::move(*segment);
            const std::int64_t now_ns = platform::now_ns();
            if (!blocked_) unblocked_ns = now_ns;
            if (now_ns - unblocked_ns > lock_timeout_ns)
                throw Error(Errc::timed_out, "another process has held " + path_ +
                                                 " exclusively for 5 s (was it stopped "
                                                 "while it removed the segment?)");
            if (!blocked_ && now_ns >= request_.attach_wait.deadline().at_ns()) throw_absent();
            if (request_.attach_wait.stop_requested())
                throw Error(Errc::stopped, "a stop was requested while '" + request_.name + "' was waited for");
            const std::int64_t rarely_ns = std::clamp((now_ns - start_ns) / 16, retry_ns, longest_retry_ns);
            pause(blocked_ ? retry_ns : std::min(rarely_ns, request_.attach_wait.deadline().at_ns() - now_ns));
        }
    } catch (const Error&) {
        if (ours_) ours_->withdraw(path_);  // created, but not usable: no descriptor is left, say
        throw;
    }

    Segment observe() {
        constexpr int tries = 100;  // each further one means that it was removed and created again meanwhile
        for (int attempt = 0; attempt < tries; ++attempt) {
            platform::Descriptor file = platform::open_existing(path_, access());
            if (!file) throw_nothing_to_see(request_.name);
            if (platform::LockFile locks = open_locks_of(file); locks && is_named(locks))
                return Segment(request_.name, std::move(locks), std::move(file), request_);
            platform::sleep_briefly(retry_ns);
        }
        throw Error(Errc::timed_out, path_ + " is made and removed all the time");
    }

private:
    platform::Access access() const noexcept {
        return request_.read_only ? platform::Access::read_only : platform::Access::read_write;
    }
    bool may_create() const noexcept { return request_.mode != OpenMode::attach; }
    bool is_named(const platform::LockFile& locks) const noexcept {
        return platform::is_named(path_, locks.descriptor());
    }

    /// A stop ends it.
    void pause(std::int64_t for_ns) {
        const std::stop_token& token = request_.attach_wait.stop();
        if (!token.stop_possible()) return platform::sleep_briefly(for_ns);
        const sync::StopSignal stop(token);
        const platform::FutexExpectation until = stop.expectation();
        platform::futex_wait(*until.word, until.expected, platform::now_ns() + for_ns);
    }

    /// Nothing: it does not exist (yet), or, with blocked_, another process held it; try again.
    std::optional<Segment> attempt() {
        platform::Descriptor file = open_or_create();
        if (!file) return std::nullopt;
        platform::LockFile locks = open_locks_of(file);
        // Shared first, then the check of the name: a remover checks it while it holds the lock exclusively.
        if (!locks || !locks.try_shared(in_use_byte) || !is_named(locks)) {
            blocked_ = true;
            return std::nullopt;
        }
        return Segment(request_.name, std::move(locks), std::move(file), request_);
    }

    /// The file opened a second time, for the locks alone: a mapping would keep them alive. Empty if the name is gone,
    /// or belongs to another file by now.
    platform::LockFile open_locks_of(const platform::Descriptor& file) const {
        platform::LockFile locks = platform::LockFile::open(path_, access());
        if (!locks) return locks;
        return platform::is_same_file(file.get(), locks.descriptor()) ? std::move(locks) : platform::LockFile();
    }

    /// Empty if it does not exist and may not be created, or if the created one was removed again at once.
    platform::Descriptor open_or_create() {
        if (request_.mode == OpenMode::create && !ours_ && platform::name_exists(path_)) throw_exists();
        platform::Descriptor file = platform::open_existing(path_, access());
        if (!file && may_create()) {
            create();
            file = platform::open_existing(path_, access());
            blocked_ = !file;
        }
        if (file && request_.mode == OpenMode::create && !(ours_ && ours_->is(file))) throw_exists();
        return file;
    }

    void create() try {
        ours_.reset();
        ours_.emplace(request_);
        if (!ours_->publish(path_)) ours_.reset();  // another process was faster
    } catch (const Error&) {
        if (request_.mode != OpenMode::create && platform::name_exists(path_)) return;
        throw;
    }

    [[noreturn]] void throw_exists() const {
        throw Error(Errc::already_exists, path_ + " exists already. Attach to it, or choose another name");
    }

    [[noreturn]] void throw_absent() const {
        std::string sentence =
            "there is no '" + request_.name + "' (" + path_ + " does not exist). Start the other side first";
        if (!request_.size_field.empty())
            sentence += ", or give " + std::string(request_.size_field) + " to create it here";
        if (request_.blueprint.kind == Kind::latest)
            sentence += ". If its writer has ended, the value is gone: lifetime = persistent keeps it";
        throw Error(Errc::no_such_segment, sentence);
    }

    const OpenRequest& request_;
    std::string path_;
    std::optional<Draft> ours_;  ///< the one created here, kept so that no other can have its inode
    bool blocked_ = false;
};

void fill_header(SegmentHeader& header, const Blueprint& blueprint, const Geometry& geometry) {
    std::memcpy(header.magic, magic, sizeof magic);
    header.layout_version = layout_version;
    header.kind = static_cast<std::uint32_t>(blueprint.kind);
    header.fingerprint = blueprint.fingerprint;
    header.segment_bytes = geometry.segment_bytes;
    header.participant_count = geometry.participant_count;
    header.slot_count = geometry.slot_count;
    header.payload_bytes = geometry.payload_bytes;
    header.reply_bytes = geometry.reply_bytes;
    header.participants_offset = geometry.participants_offset;
    header.control_offset = geometry.control_offset;
    header.slots_offset = geometry.slots_offset;
    header.slot_stride = geometry.slot_stride;
    header.settings = geometry.settings;
    header.instance = platform::random_bits();
    header.created_ns = platform::wall_clock_ns();
    header.creator_pid = platform::this_process().pid;
    header.state.store(static_cast<std::uint32_t>(SegmentState::ready), std::memory_order_relaxed);
    header.looked.store(static_cast<std::uint64_t>(platform::now_ns()));
}

}  // namespace

result<void> check_mode(std::uint32_t mode) {
    if ((mode & 0600U) == 0600U && mode <= 0777U) return success();
    return Failure(Errc::invalid_argument,
                   "mode must give the owner reading and writing and hold only permission bits (0600 to 0777)");
}

Draft::Draft(const OpenRequest& request) {
    Geometry geometry;
    if (!lay_out(request.blueprint, geometry))
        throw Error(Errc::invalid_argument, "slots, payload and reply together are larger than any memory");
    const auto refusal = platform::capacity_error(
        geometry.segment_bytes, platform::memory_limits(platform::shm_directory), platform::shm_directory);
    if (!refusal.empty()) throw Error(Errc::no_space, refusal);
    file_ = platform::create_unlinked(geometry.segment_bytes, request.file_mode, request.group);
    const auto region = map_file(file_.get(), geometry.segment_bytes);
    auto* base = static_cast<std::byte*>(region.get_address());
    if (request.prefault || geometry.segment_bytes <= platform::most_moved_unasked)
        platform::move_to_large_pages(base, region.get_size());
    request.initialise(base, geometry);
    fill_header(*::new (base) SegmentHeader, request.blueprint, geometry);
}

bool Draft::publish(const std::string& path) const {
    return platform::publish(file_, path);
}

void Draft::withdraw(const std::string& path) noexcept try {
    platform::LockFile locks(std::move(file_));  // no further descriptor is needed: there may be none left
    if (locks.try_exclusive(in_use_byte) && platform::is_named(path, locks.descriptor())) platform::remove_name(path);
} catch (const Error&) {
    return;  // locks are refused: its creator could not use it, and it stays as a segment like any other
}

bool Draft::is(const platform::Descriptor& file) const {
    return platform::is_same_file(file_.get(), file.get());
}

Segment Segment::open(const OpenRequest& request) {
    check_name(request.name).value();
    return Opener(request).open();
}

Segment Segment::observe(OpenRequest request) {
    check_name(request.name).value();
    request.mode = OpenMode::attach;
    request.read_only = true;
    return Opener(request).observe();
}

Kind kind_of(const std::string& name) {
    check_name(name).value();
    SegmentHeader header{};
    std::array<std::byte, offsetof(SegmentHeader, state)> bytes{};
    const platform::Descriptor file = platform::open_existing(segment_path(name), platform::Access::read_only);
    if (!file) throw_nothing_to_see(name);
    if (platform::read_beginning(file.get(), bytes) == bytes.size())
        std::memcpy(static_cast<void*>(&header), bytes.data(), bytes.size());
    const auto kind = static_cast<Kind>(header.kind);
    return kind == Kind::topic || kind == Kind::latest ? kind : Kind::channel;
}

}  // namespace handoff::detail::segment
