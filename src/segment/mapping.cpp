#include "segment/mapping.hpp"

#include <handoff/error.hpp>

#include <string>

#include "platform/large_pages.hpp"
#include "platform/memory.hpp"
#include "platform/memory_limits.hpp"
#include "platform/shm_file.hpp"

namespace handoff::detail::segment {
namespace {

namespace bip = boost::interprocess;

/// Empty if the address space has no room for the detour: a mapping on small pages may still fit.
bip::mapped_region map_for_large_pages(const MappableDescriptor& file, std::size_t bytes) try {
    platform::AlignedSpace space(bytes);
    if (space.address() == nullptr) return {};
    bip::mapped_region region(file, file.get_mode(), 0, bytes, space.address(), platform::AlignedSpace::map_options);
    space.give_away();
    return region;
} catch (const bip::interprocess_exception&) {
    return {};
}

bip::mapped_region map_where_it_fits(const MappableDescriptor& file, std::size_t bytes) {
    if (bytes >= platform::least_with_large_pages)
        if (auto region = map_for_large_pages(file, bytes); region.get_address() != nullptr) return region;
    return bip::mapped_region(file, file.get_mode(), 0, bytes);
}

}  // namespace

boost::interprocess::mapped_region map_file(int fd, std::uint64_t bytes, boost::interprocess::mode_t mode) {
    if (const auto refusal = platform::capacity_error(bytes, {}, ""); !refusal.empty())
        throw Error(Errc::no_space, refusal);
    try {
        auto region = map_where_it_fits(MappableDescriptor(fd, mode), static_cast<std::size_t>(bytes));
        platform::exclude_from_fork(region.get_address(), region.get_size());
        return region;
    } catch (const bip::interprocess_exception& refusal) {
        throw Error(Errc::no_space, "mapping " + std::to_string(bytes) + " bytes of shared memory failed: " +
                                        refusal.what() + ". Is the address space of this process limited (ulimit -v)?");
    }
}

void map_all_pages(const bip::mapped_region& region) {
    // What is moved counts as memory of the cgroup that moves it. One with a limit could be killed later for memory
    // that the creator's cgroup has paid for until now.
    constexpr std::uint64_t no_limit = std::uint64_t{1} << 60;  // version 1 of cgroups says it with such a number
    if (region.get_size() >= platform::least_with_large_pages &&
        platform::memory_limits(platform::shm_directory).cgroup_available_bytes >= no_limit)
        platform::move_to_large_pages(region.get_address(), region.get_size());
    platform::map_all_pages(region.get_address(), region.get_size(), region.get_mode() == bip::read_write);
}

}  // namespace handoff::detail::segment
