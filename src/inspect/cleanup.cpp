// Finding segments, recovery of the dead, and available memory.
#include <handoff/inspect.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <tuple>

#include "channel/blueprint.hpp"
#include "inspect/view.hpp"
#include "latest/blueprint.hpp"
#include "platform/deleted_mappings.hpp"
#include "platform/large_pages.hpp"
#include "platform/memory_limits.hpp"
#include "platform/system_error.hpp"
#include "queue/member.hpp"
#include "segment/name.hpp"
#include "topic/blueprint.hpp"

namespace handoff::inspect {

namespace fs = std::filesystem;

namespace {

/// Joins without a role, which disturbs no participant, and leaves. Joining recovers the dead; leaving removes a
/// disposable segment if no other participant is left.
void visit(const std::string& name, Kind kind) {
    auto segment = detail::segment::Segment::open(request_for(name, kind));
    if (kind == Kind::channel) {
        const detail::queue::Member observer(std::move(segment), {}, detail::participants::Role::none);
    } else {
        const auto source =
            kind == Kind::topic ? detail::participants::Role::publisher : detail::participants::Role::none;
        const detail::broadcast::Member observer(
            std::move(segment), {detail::participants::Role::none, source, WaitPolicy::sleep, 0, false});
    }
}

std::uint32_t count(const Report& report, bool dead) {
    return static_cast<std::uint32_t>(
        std::count_if(report.participants.begin(), report.participants.end(),
                      [&](const Participant& one) { return (one.life == Life::dead) == dead; }));
}

std::string who_lives(const Report& report) {
    std::string list;
    for (const Participant& one : report.participants)
        if (one.life != Life::dead)
            list += (list.empty() ? "" : ", ") + one.program + " (pid " + std::to_string(one.pid) + ")";
    return list;
}

/// Messages that a receiver may still take. What dead receivers hold returns to the queue.
std::uint32_t unread(const Report& report) {
    return static_cast<std::uint32_t>(std::count_if(
        report.slot_list.begin(), report.slot_list.end(),
        [](const Slot& slot) { return slot.state == SlotState::ready || slot.state == SlotState::taken; }));
}

std::string why_kept(const Report& report, bool is_in_use) {
    if (count(report, false) > 0) return "in use by " + who_lives(report);
    if (is_in_use) return "another process is attaching or leaving";
    if (report.lifetime == Lifetime::persistent) return "it is persistent: `handoff rm " + report.name + "` removes it";
    const std::uint32_t messages = report.kind == Kind::channel ? unread(report) : 0;
    if (messages > 0)
        return "it holds " + std::to_string(messages) + " unread messages: start a receiver, or `handoff rm " +
               report.name + "`";
    return "";
}

detail::platform::LockFile locks_of(const std::string& name, detail::platform::Access access) {
    return detail::platform::LockFile::open(detail::segment::segment_path(name), access);
}

/// The lock file of an older layout. Empty if that name is no regular file.
detail::platform::LockFile old_locks_of(const std::string& name) {
    const std::string path = detail::segment::old_lock_path(name);
    const auto status = detail::platform::status_of_name(path);
    return status && status->is_regular ? detail::platform::LockFile::open(path, detail::platform::Access::read_write)
                                        : detail::platform::LockFile();
}

/// Removes the lock file of an older layout, unless a process still holds it. True if removed.
bool remove_old_lock_file(const std::string& name) {
    detail::platform::LockFile old = old_locks_of(name);
    return old && old.try_exclusive(detail::segment::in_use_byte) &&
           detail::platform::is_named(detail::segment::old_lock_path(name), old.descriptor()) &&
           detail::platform::remove_name(detail::segment::old_lock_path(name));
}

Cleaned clean_segment(const std::string& name, bool dry_run) {
    const Observer observer(name);
    const Report before = observer.report();
    const bool is_in_use =
        locks_of(name, detail::platform::Access::read_only).is_held_by_another(detail::segment::in_use_byte);
    Cleaned cleaned{count(before, true), false, why_kept(before, is_in_use)};
    cleaned.removed = cleaned.kept_because.empty();
    if (dry_run || (cleaned.recovered == 0 && !cleaned.removed)) return cleaned;
    visit(name, before.kind);
    const Report after = observer.report();
    cleaned.recovered -= std::min(cleaned.recovered, count(after, true));
    cleaned.removed = !observer.is_current();
    if (cleaned.removed) remove_old_lock_file(name);
    if (!cleaned.removed && cleaned.kept_because.empty()) {
        cleaned.kept_because = why_kept(after, true);
    }
    return cleaned;
}

template <class F>
auto as_result(F&& work) -> result<decltype(work())> try {
    return work();
} catch (const Error& error) {
    return error.failure();
}

result<void> remove_name(const std::string& name) {
    const std::string path = detail::segment::segment_path(name);
    const auto status = detail::platform::status_of_name(path);
    if (!status || detail::platform::remove_name(path)) return success();
    if (!status->is_regular)
        (void)detail::platform::open_existing(path);  // throws: what it is (a directory, say), and what to type
    return Failure(Errc::permission_denied, path + " cannot be removed by you: it belongs to uid " +
                                                std::to_string(status->owner_uid) +
                                                ", who has to remove it (or root: `rm -r " + path + "`)");
}

Failure in_use(const std::string& name) {
    const auto report = as_result([&] { return Observer(name).report(); });
    const std::string users = report ? who_lives(*report) : "";
    return {Errc::mismatch, "'" + name + "' is in use" + (users.empty() ? "" : " by " + users) +
                                ". End them first; --force removes the name all the same, and no "
                                "new participant can attach to it"};
}

/// Removes the name only while it holds its file exclusively and the name still names that file. Nothing: it names
/// another one by now.
std::optional<result<void>> try_to_remove(const std::string& name) {
    detail::platform::LockFile locks = locks_of(name, detail::platform::Access::read_write);
    if (!locks) {
        if (remove_old_lock_file(name)) return success();
        return Failure(Errc::no_such_segment, "there is no '" + name + "' (" + detail::segment::segment_path(name) +
                                                  " does not exist)" + did_you_mean(name));
    }
    const detail::platform::LockFile old = old_locks_of(name);
    if (old && old.is_held_by_another(detail::segment::in_use_byte))
        return in_use(name);  // by programs of an older layout
    if (!locks.try_exclusive(detail::segment::in_use_byte)) {
        if (!detail::platform::is_named(detail::segment::segment_path(name), locks.descriptor())) return std::nullopt;
        return in_use(name);
    }
    if (!detail::platform::is_named(detail::segment::segment_path(name), locks.descriptor())) return std::nullopt;
    auto removed = remove_name(name);
    remove_old_lock_file(name);
    return removed;
}

result<void> remove_unless_used(const std::string& name) {
    constexpr int tries = 100;  // each further one means that it was removed and created again meanwhile
    for (int attempt = 0; attempt < tries; ++attempt)
        if (auto done = try_to_remove(name)) return *done;
    return Failure(Errc::timed_out, detail::segment::segment_path(name) + " is made and removed all the time");
}

result<void> remove_by_force(const std::string& name) {
    const bool was_there = detail::platform::name_exists(detail::segment::segment_path(name));
    if (!was_there) return try_to_remove(name).value_or(success());
    auto removed = remove_name(name);
    remove_old_lock_file(name);
    return removed;
}

}  // namespace

std::vector<Found> find(const std::string& glob) {
    constexpr std::string_view prefix = "handoff.";
    std::vector<Found> found;
    std::error_code error;
    for (fs::directory_iterator entry(detail::platform::shm_directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string file = entry->path().filename().string();
        if (!file.starts_with(prefix)) continue;
        const std::string name = file.substr(prefix.size());
        if (!detail::segment::check_name(name) || !detail::platform::fits_pattern(name, glob)) continue;
        if (const auto status = detail::platform::status_of_name(entry->path().string()))
            found.push_back(
                {name, entry->path().string(), status->size_bytes, status->owner_uid, status->owner_gid, status->mode});
    }
    if (error) detail::platform::throw_system(std::string("reading ") + detail::platform::shm_directory, error.value());
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.name < b.name; });
    return found;
}

result<Cleaned> clean(std::string_view name, bool dry_run) {
    return as_result([&] {
        const std::string text(name);
        detail::segment::check_name(text).value();
        return clean_segment(text, dry_run);
    });
}

result<void> remove(std::string_view name, bool force) try {
    const std::string text(name);
    if (auto checked = detail::segment::check_name(text); !checked) return checked;
    return force ? remove_by_force(text) : remove_unless_used(text);
} catch (const Error& error) {
    return error.failure();
}

result<std::uint64_t> segment_bytes(const ChannelShape& shape) {
    return detail::segment::bytes_for<detail::channel::Pattern>(shape);
}
result<std::uint64_t> segment_bytes(const TopicShape& shape) {
    return detail::segment::bytes_for<detail::topic::Pattern>(shape);
}
result<std::uint64_t> segment_bytes(const LatestShape& shape) {
    return detail::segment::bytes_for<detail::latest::Pattern>(shape);
}

std::vector<RemovedInUse> removed_in_use() {
    std::vector<RemovedInUse> found;
    for (const auto& mapping : detail::platform::deleted_mappings(detail::segment::segment_path("")))
        found.push_back({mapping.path.substr(detail::segment::segment_path("").size()), mapping.pid, mapping.program});
    std::sort(found.begin(), found.end(), [](const RemovedInUse& a, const RemovedInUse& b) {
        return std::tie(a.name, a.pid) < std::tie(b.name, b.pid);
    });
    return found;
}

Memory memory() {
    const auto limits = detail::platform::memory_limits(detail::platform::shm_directory);
    return {detail::platform::shm_directory, limits.tmpfs_total_bytes, limits.tmpfs_free_bytes,
            limits.ram_available_bytes, limits.cgroup_available_bytes};
}

result<void> fits(std::uint64_t segment_bytes) {
    const auto limits = detail::platform::memory_limits(detail::platform::shm_directory);
    const std::string refusal =
        detail::platform::capacity_error(segment_bytes, limits, detail::platform::shm_directory);
    if (!refusal.empty()) return Failure(Errc::no_space, refusal);
    return success();
}

LargePages large_pages() noexcept {
    namespace platform = detail::platform;
    return {.can_move = platform::can_move_to_large_pages(),
            .least_bytes = platform::least_with_large_pages,
            .most_bytes_unasked = platform::most_moved_unasked};
}

std::uint32_t layout_version() noexcept {
    return detail::segment::layout_version;
}

}  // namespace handoff::inspect
