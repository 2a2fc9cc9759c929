#include "segment/segment.hpp"

#include <handoff/truncation.hpp>

#include <array>
#include <cstring>
#include <map>
#include <mutex>

#include "platform/bus_error.hpp"
#include "platform/memory.hpp"
#include "platform/process.hpp"
#include "platform/shm_file.hpp"
#include "platform/watched_mapping.hpp"
#include "segment/mapping.hpp"
#include "segment/name.hpp"

namespace handoff::detail::segment {

namespace {

/// The mappings of this process by their last byte.
struct Mappings {
    struct Mapped {
        const std::byte* first_byte;
        std::weak_ptr<const void> owner;
    };
    std::mutex mutex;
    std::map<const std::byte*, Mapped> by_last_byte;
};

}  // namespace

/// Unmapped with its last owner: the Segment, or a copy of what keep_mapped() returned.
struct Segment::Mapping {
    /// Stays where it is: signal handlers find the name.
    struct Held {
        Held(boost::interprocess::mapped_region mapped, bool writable)
            : region(std::move(mapped)), watched(region.get_address(), region.get_size(), writable) {}
        Held(boost::interprocess::mapped_region mapped, const Held& first, std::string segment_name,
             const Geometry& geometry)
            : region(std::move(mapped)),
              name(std::move(segment_name)),
              watched(region.get_address(), region.get_size(), first.watched,
                      {name.c_str(), static_cast<std::size_t>(geometry.slots_offset),
                       static_cast<std::size_t>(geometry.slot_stride)}) {}

        const std::byte* first_byte() const noexcept { return static_cast<const std::byte*>(region.get_address()); }
        const std::byte* last_byte() const noexcept { return first_byte() + region.get_size() - 1; }

        boost::interprocess::mapped_region region;
        std::string name;
        platform::WatchedMapping watched;  // after the others: destroyed first
    };

    explicit Mapping(std::unique_ptr<Held> mapped) : held(std::move(mapped)) {}
    Mapping(const Mapping&) = delete;
    ~Mapping() {
        if (fork_generation != platform::fork_generation()) {
            // In a child of fork it is not mapped, and something else may be there by now: do not unmap.
            (void)held.release();
            (void)read_only.release();
            return;
        }
        Mappings& mappings = platform::of_this_process<Mappings>();
        const std::lock_guard lock(mappings.mutex);
        mappings.by_last_byte.erase(held->last_byte());
        if (read_only != nullptr) mappings.by_last_byte.erase(read_only->last_byte());
    }
    /// From now on keep_mapped() finds `self`, which owns `mapped`, by the addresses in it.
    static void enter(const Held& mapped, const std::shared_ptr<Mapping>& self) {
        Mappings& mappings = platform::of_this_process<Mappings>();
        const std::lock_guard lock(mappings.mutex);
        mappings.by_last_byte.insert_or_assign(mapped.last_byte(), Mappings::Mapped{mapped.first_byte(), self});
    }

    std::unique_ptr<Held> held;
    std::unique_ptr<Held> read_only;  ///< null: there is none; after `held`, which outlives it
    const std::uint32_t fork_generation = platform::fork_generation();
};

namespace {

const char* name_of(std::uint32_t kind) noexcept {
    switch (static_cast<Kind>(kind)) {
        case Kind::channel:
            return "channel";
        case Kind::topic:
            return "topic";
        case Kind::latest:
            return "latest value";
    }
    return "segment of an unknown kind";
}

Failure not_a_segment(const std::string& path, const std::string& why) {
    return {Errc::not_a_segment, path + " is not a segment of handoff: " + why +
                                     ". If nobody needs that file, remove it (`rm " + path + "`)"};
}

/// The checks that need no pattern: its creator and its kind.
void check_identity(const SegmentHeader& header, const Blueprint& expected, const std::string& path) {
    if (std::memcmp(header.magic, magic, sizeof magic) != 0)
        throw Error(not_a_segment(path, "it does not begin as one"));
    const std::uint32_t version = header.layout_version;
    if (version != layout_version)
        throw Error(Errc::wrong_version, path + " was built by layout " + std::to_string(version) +
                                             ", this program knows " + std::to_string(layout_version) +
                                             ". Use the same handoff on both sides, or remove the old segment");
    const std::uint32_t kind = header.kind;
    if (kind != static_cast<std::uint32_t>(expected.kind))
        throw Error(Errc::wrong_kind, path + " is a " + name_of(kind) + ", not a " +
                                          name_of(static_cast<std::uint32_t>(expected.kind)) + ". Choose another name");
    if (header.fingerprint != expected.fingerprint)
        throw Error(Errc::wrong_version, path +
                                             " was built by another build of handoff (its structs "
                                             "differ). Use the same build on both sides, or remove the old segment");
}

bool same_places(const SegmentHeader& header, const Geometry& geometry) noexcept {
    return header.segment_bytes == geometry.segment_bytes &&
           header.participants_offset == geometry.participants_offset &&
           header.control_offset == geometry.control_offset && header.slots_offset == geometry.slots_offset &&
           header.slot_stride == geometry.slot_stride;
}

}  // namespace

Segment::Segment(std::string name, platform::LockFile locks, platform::Descriptor file, const OpenRequest& request)
    : name_(std::move(name)), locks_(std::move(locks)), file_(std::move(file)) {
    const auto status = platform::status_of(file_.get());
    file_mode_ = status.mode;
    group_id_ = status.owner_gid;
    check(request, status.size_bytes);
    auto region = map_file(file_.get(), geometry_.segment_bytes,
                           request.read_only ? boost::interprocess::read_only : boost::interprocess::read_write);
    base_ = static_cast<std::byte*>(region.get_address());
    read_only_base_ = base_;
    if (request.prefault) map_all_pages(region);
    mapping_ = std::make_shared<Mapping>(std::make_unique<Mapping::Held>(std::move(region), !request.read_only));
    watched_ = &mapping_->held->watched;
    Mapping::enter(*mapping_->held, mapping_);
}

void Segment::add_read_only_mapping(bool prefault) {
    auto region = map_file(file_.get(), geometry_.segment_bytes, boost::interprocess::read_only);
    if (prefault) platform::map_all_pages(region.get_address(), geometry_.segment_bytes, false);
    mapping_->read_only = std::make_unique<Mapping::Held>(std::move(region), *mapping_->held, name_, geometry_);
    Mapping::enter(*mapping_->read_only, mapping_);
    read_only_base_ = mapping_->read_only->first_byte();
}

void Segment::check(const OpenRequest& request, std::uint64_t file_bytes) {
    const std::string path = segment_path(name_);
    // A private copy: checked and used, never read again from the segment. Not through a mapping: the file may be
    // truncated at any time.
    std::array<std::byte, sizeof(SegmentHeader)> bytes{};
    if (const std::size_t count = platform::read_beginning(file_.get(), bytes); count < bytes.size())
        throw Error(not_a_segment(path, "it has only " + std::to_string(count) + " bytes"));
    SegmentHeader header{};
    std::memcpy(static_cast<void*>(&header), bytes.data(), offsetof(SegmentHeader, state));
    check_identity(header, request.blueprint, path);
    const Blueprint claimed = request.blueprint_of(
        {header.participant_count, header.slot_count, header.payload_bytes, header.reply_bytes, header.settings});
    if (claimed.fingerprint != request.blueprint.fingerprint || !lay_out(claimed, geometry_) ||
        !same_places(header, geometry_))
        throw Error(Errc::damaged, "the header of " + path + " contradicts itself. If nobody needs it, remove it");
    if (geometry_.segment_bytes != file_bytes)
        throw Error(not_a_segment(path, "its header says " + std::to_string(geometry_.segment_bytes) +
                                            " bytes, the file has " + std::to_string(file_bytes) + " (cut short?)"));
    instance_ = header.instance;
}

Segment::Segment(Segment&&) noexcept = default;
Segment::~Segment() = default;

std::shared_ptr<const void> keep_mapped(const void* address) {
    Mappings& mappings = platform::of_this_process<Mappings>();
    std::shared_ptr<const Segment::Mapping> mapping;  // before the lock, which its destructor takes if it is the last
    const std::lock_guard lock(mappings.mutex);
    const auto* const byte = static_cast<const std::byte*>(address);
    const auto found = mappings.by_last_byte.lower_bound(byte);
    if (found == mappings.by_last_byte.end()) return nullptr;
    mapping = std::static_pointer_cast<const Segment::Mapping>(found->second.owner.lock());
    return mapping != nullptr && found->second.first_byte <= byte ? mapping : nullptr;
}

bool Segment::was_removed() const noexcept {
    return platform::has_lost_its_name(file_.get());
}

bool Segment::leave(const std::function<bool()>& disposable) noexcept try {
    const std::string path = segment_path(name_);
    locks_.unlock(in_use_byte);
    // Not an upgrade: two that leave at once would block each other's upgrade, and neither would remove it.
    if (!locks_.try_exclusive(in_use_byte)) return false;
    const bool still_named = platform::is_named(path, file_.get());
    if (!still_named || !disposable()) {
        locks_.unlock(in_use_byte);
        return false;
    }
    if (!platform::remove_name(path)) {  // another user's, which only that user may remove
        locks_.unlock(in_use_byte);
        return false;
    }
    reinterpret_cast<SegmentHeader*>(base_)->state.store(
        static_cast<std::uint32_t>(SegmentState::retired),
        std::memory_order_release);  // pairs with Observer::is_current()
    return true;
} catch (const Error&) {
    return false;  // the kernel refused a lock: change nothing, the next one to leave removes it
}

}  // namespace handoff::detail::segment

void handoff::handle_sigbus() {
    detail::platform::survive_bus_errors();
}
